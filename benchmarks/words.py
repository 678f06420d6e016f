"""What invented notices are made of: organisations, titles, and sentences with gaps to fill. All of it is made up."""

from typing import NamedTuple


class Body(NamedTuple):
    """An organisation. `zone` is the time zone of its deadline rule, empty if its parent's rule applies."""

    key: str
    name: str
    full_name: str
    country: str
    zone: str
    time: str
    parent: str


def _listed(text: str) -> tuple[str, ...]:
    """Words and phrases separated by commas."""
    return tuple(" ".join(text.split()).split(", "))


_BODIES = """
wro|WRO|World Rivers Organization|CH|duty-station|23:59|
wro-floods|WRO Floods|Flood Response Division of the World Rivers Organization|CH|||wro
ihc|IHC|International Harvest Council|IT|Europe/Rome|23:59|
ihc-seeds|IHC Seeds|Seed Banks of the International Harvest Council|IT|||ihc
gsa|GSA|Global Schools Alliance|FR|Europe/Paris|17:00|
mcu|MCU|Migrant Children's Union|CH|duty-station|23:59|
pho|PHO|Pan-regional Health Office|EG|Africa/Cairo|16:30|
pho-labs|PHO Labs|Laboratory Network of the Pan-regional Health Office|EG|||pho
aww|AWW|Agency for Wells and Waterworks|KE|Africa/Nairobi|18:00|
cfr|CFR|Common Fund for Refuge|CH|Europe/Zurich|23:59|
cfr-shelter|CFR Shelter|Shelter Branch of the Common Fund for Refuge|CH|||cfr
cfr-cash|CFR Cash|Cash Assistance Unit of the Common Fund for Refuge|JO|||cfr
oim|OIM|Office of Island Meteorology|FJ|Pacific/Fiji|17:00|
bsr|BSR|Bureau for Statistics and Registers|AT|Europe/Vienna|23:59|
tfp|TFP|Trust for Forest Peoples|BR|duty-station|23:59|
lmf|LMF|Land and Mines Facility|CH|duty-station|12:00|
lmf-training|LMF Training|Training Centre of the Land and Mines Facility|RS|||lmf
ncp|NCP|Network of City Planners|ES|Europe/Madrid|23:59|
rlo|RLO|Rule of Law Observatory|NL|Europe/Amsterdam|23:59|
rlo-courts|RLO Courts|Courts Programme of the Rule of Law Observatory|NL|||rlo
esf|ESF|Electoral Support Foundation|US|America/New_York|23:59|
hlc|HLC|Humanitarian Logistics Company|IT|duty-station|23:59|
hlc-air|HLC Air|Air Service of the Humanitarian Logistics Company|IT|||hlc
wpo|WPO|Women's Participation Office|US|America/New_York|17:00|
yec|YEC|Youth Employment Compact|SN|Africa/Dakar|23:59|
nfe|NFE|Nutrition for Everyone|CH|duty-station|23:59|
oce|OCE|Ocean Commission for the East|JP|Asia/Tokyo|18:00|
dac|DAC|Drought Action Coalition|ET|Africa/Addis_Ababa|17:30|
dac-pastoral|DAC Pastoral|Pastoral Desk of the Drought Action Coalition|ET|||dac
tlb|TLB|Telecommunications Bureau for Emergencies|CH|Europe/Zurich|23:59|
crm|CRM|Council for Records and Museums|FR|Europe/Paris|23:59|
pmo|PMO|Peace Monitoring Operation|US|America/New_York|23:59|
pmo-south|PMO South|Southern Mission of the Peace Monitoring Operation|SS|||pmo
pmo-lakes|PMO Lakes|Lakes Mission of the Peace Monitoring Operation|CD|||pmo
vmf|VMF|Vaccines and Medicines Fund|CH|duty-station|23:59|
edf|EDF|Energy for Districts Fund|KE|duty-station|23:59|
tra|TRA|Transparency and Revenue Advisory|BE|Europe/Brussels|17:00|
lsb|LSB|Labour Standards Board|CH|Europe/Zurich|23:59|
bhi|BHI|Border Health Initiative|TH|Asia/Bangkok|23:59|
spc|SPC|Secretariat for Pastures and Climate|KG|duty-station|23:59|
"""
BODIES = tuple(Body(*row.split("|")) for row in _BODIES.split("\n") if row)

# About how many notices in a hundred have each grade, with its category and the years of experience required.
GRADES = (
    ("P-3", "professional", 5, 14),
    ("P-4", "professional", 7, 11),
    ("P-2", "professional", 2, 7),
    ("P-5", "professional", 10, 5),
    ("P-1", "professional", 1, 1),
    ("D-1", "director", 15, 2),
    ("D-2", "director", 15, 1),
    ("NO-A", "national-officer", 1, 6),
    ("NO-B", "national-officer", 2, 9),
    ("NO-C", "national-officer", 5, 5),
    ("NO-D", "national-officer", 7, 1),
    ("G-4", "general-service", 4, 4),
    ("G-5", "general-service", 5, 8),
    ("G-6", "general-service", 6, 8),
    ("G-7", "general-service", 7, 3),
    ("G-3", "general-service", 3, 2),
    ("FS-4", "field-service", 6, 2),
    ("FS-5", "field-service", 8, 2),
    ("FS-6", "field-service", 10, 1),
    ("Consultant", "consultancy", 5, 12),
    ("Individual contractor", "consultancy", 3, 4),
    ("IICA", "consultancy", 4, 3),
    ("LICA", "consultancy", 3, 3),
    ("SB-4", "other", 5, 2),
    ("SB-3", "other", 3, 2),
    ("NPSA", "other", 3, 3),
    ("IPSA", "other", 5, 2),
    ("Internship", "internship", 0, 6),
    ("UNV-N", "volunteer", 2, 2),
    ("UNV-I", "volunteer", 3, 2),
    ("JPO", "professional", 2, 1),
)
CONTRACTS = {
    "professional": ("fixed-term", "fixed-term", "temporary", "continuing"),
    "director": ("fixed-term", "continuing"),
    "national-officer": ("fixed-term", "fixed-term", "temporary"),
    "general-service": ("fixed-term", "temporary", "permanent"),
    "field-service": ("fixed-term", "temporary"),
    "consultancy": ("consultancy",),
    "internship": ("internship",),
    "volunteer": ("volunteer",),
    "other": ("service",),
}
DURATIONS = _listed(
    """
    6 months, 1 year, 2 years, 364 days, 11 months, 90 days, 120 working days, 18 months
    """
)
OPEN_TO = {
    "professional": (("internationals",), ("internationals", "internal"), ("internal",), ("roster",)),
    "director": (("internationals",), ("internationals", "internal")),
    "national-officer": (("nationals",), ("nationals", "internal")),
    "general-service": (("nationals",), ("nationals", "internal"), ("internal",)),
    "field-service": (("internationals",), ("roster",)),
    "consultancy": (("internationals", "nationals"), ("nationals",), ("internationals",)),
    "internship": (("internationals", "nationals"), ()),
    "volunteer": (("nationals",), ("internationals",)),
    "other": (("nationals",), ("internationals", "nationals"), ()),
}
# Chosen by weight: the first ones are much more common.
LANGUAGES = dict(
    pair.split(" ", 1)  # code, then name
    for pair in _listed(
        """
        fr French, es Spanish, ar Arabic, ru Russian, pt Portuguese, sw Swahili, uk Ukrainian, zh Chinese, so Somali,
        am Amharic, ha Hausa, my Burmese, bn Bangla, ur Urdu, fa Persian, ps Pashto, tr Turkish, ne Nepali, id
        Indonesian, th Thai, vi Vietnamese, de German, it Italian, ro Romanian, sr Serbian, ht Haitian Creole, mg
        Malagasy
        """
    )
)
LEVELS = _listed(
    """
    Senior, Associate, Deputy, Principal, Chief, Assistant, Regional, National, Lead
    """
)
FUNCTIONS = _listed(
    """
    Programme, Project, Logistics, Supply Chain, Finance, Budget, Human Resources, Procurement, Security, Field
    Security, Child Protection, Protection, Nutrition, Public Health, Epidemiology, Water and Sanitation, Shelter,
    Camp Coordination, Education, Livelihoods, Food Security, Cash Assistance, Mine Action, Legal, Political Affairs,
    Civil Affairs, Human Rights, Gender Equality, Disability Inclusion, Communications, Public Information, Donor
    Relations, Partnerships, Monitoring and Evaluation, Statistics, Data Management, Information Management,
    Information Systems, Telecommunications, Administrative, Facilities, Fleet, Aviation, Engineering, Energy, Climate
    Adaptation, Environment, Forestry, Fisheries, Livestock, Electoral, Audit, Investigations, Ethics, Travel,
    Conference, Translation, Archives, Border Health, Vaccination
    """
)
POSTS = _listed(
    """
    Officer, Specialist, Coordinator, Assistant, Manager, Adviser, Analyst, Associate, Consultant
    """
)
FOCUS = _listed(
    """
    Preparedness, Emergency Response, Cross-border Operations, Rural Districts, Host Communities, Policy, Reporting,
    Field Operations, Data Quality, Capacity Building, Recovery, Youth, Resource Planning, Risk, Innovation, Training,
    Contracts, Digital Services, Coastal Areas, Urban Areas
    """
)

# The gaps in sentences. `org`, `city` and `role` come from the notice itself.
GAPS = {
    "do": _listed(
        """
        Plan, Coordinate, Review, Draft, Oversee, Map, Reconcile, Document, Prepare, Supervise, Test, Negotiate,
        Monitor, Budget for, Verify, Set up, Simplify, Audit, Record, Update, Revise, Lead, Support, Forecast, Design,
        Compare, Schedule, Evaluate, Maintain, Organize, Advise on, Track
        """
    ),
    "doing": _listed(
        """
        planning, coordinating, reviewing, drafting, overseeing, mapping, reconciling, documenting, preparing,
        supervising, testing, negotiating, monitoring, verifying, setting up, simplifying, auditing, updating,
        revising, supporting, forecasting, designing, scheduling, evaluating, maintaining, organizing
        """
    ),
    "thing": _listed(
        """
        supply plans, staff rosters, field visits, delivery schedules, partner agreements, distribution lists,
        warehouse records, survey questionnaires, training modules, donor reports, cost estimates, incident logs,
        vehicle movements, payment files, water tests, school assessments, clinic inventories, radio checks, seed
        deliveries, case files, market surveys, site drawings, tender documents, fuel allocations, community meetings,
        risk registers, flood forecasts, vaccination calendars, household lists, audit trails, leave plans, contracts
        with transporters, data sets, press briefings, translation requests, flight manifests, evacuation drills,
        generator repairs, border crossings, referral pathways, complaint boxes, land records
        """
    ),
    "quality": _listed(
        """
        complete, timely, consistent, well documented, affordable, realistic, gender-sensitive, up to date,
        transparent, easy to verify, comparable across districts, agreed with partners, ready for audit, accessible,
        backed by evidence, clear to newcomers, safe for all involved, proportionate to the risk
        """
    ),
    "who": _listed(
        """
        district authorities, the ministry concerned, partner organizations, the procurement unit, village committees,
        the finance section, field teams, the regional office, water users' associations, teachers' unions, health
        workers, women's groups, cooperatives, the logistics cluster, local contractors, donor missions, the staff
        association, drivers and dispatchers, civil society groups, university researchers, camp managers, municipal
        engineers, the legal office, headquarters, youth clubs, the statistics bureau, port officials
        """
    ),
    "where": _listed(
        """
        in the northern districts, along the river basin, in three provinces, near the border, in remote valleys, in
        the capital region, on the islands, in informal settlements, at the transit centres, in the highlands, around
        the lake, in coastal towns, at the logistics base, across the area of responsibility, in rural clinics, in two
        sub-offices, at the forward base, in returnee areas, along the main supply route, in dry-land counties
        """
    ),
    "when": _listed(
        """
        each week, every month, before the rainy season, at the end of each quarter, within two working days, during
        the first ninety days, twice a year, ahead of each distribution, as the situation requires, at short notice,
        by the middle of the year, after each mission, in time for the annual review, before contracts are signed, on
        the first working day of the month, throughout the project cycle
        """
    ),
    "aim": _listed(
        """
        so that deliveries arrive on time, so that nobody is left out, to keep costs within the budget, so that
        lessons are not lost, to reduce delays at checkpoints, so that decisions rest on sound figures, to protect
        staff and visitors, so that families know what they can expect, to meet the conditions of the donors, so that
        gaps are seen early, to strengthen national capacity, to avoid doing work twice, so that complaints are
        answered, to prepare for the handover, so that partners can plan ahead, to bring services closer to people, so
        that stocks never run out, to make results visible
        """
    ),
    "field": _listed(
        """
        public administration, economics, agronomy, civil engineering, public health, statistics, law, business
        administration, social work, international relations, geography, information technology, environmental
        science, accounting, education, nutrition, journalism, political science, hydrology, supply chain management,
        veterinary medicine, sociology, urban planning, electrical engineering
        """
    ),
    "skill": _listed(
        """
        writing short and precise reports, handling several tasks at once, building trust in mixed teams, working with
        spreadsheets and databases, facilitating meetings, explaining rules to newcomers, staying calm under pressure,
        negotiating with suppliers, coaching junior colleagues, reading maps and plans, using geographic information
        systems, managing budgets in several currencies, speaking in public, checking large data sets for errors,
        driving on unpaved roads, working far from an office, reconciling accounts, organizing complex travel,
        interviewing people with care, keeping confidential matters safe
        """
    ),
    "count": _listed(
        """
        two, three, four, five, six, seven, eight, nine, ten, twelve, fifteen, twenty
        """
    ),
    "sum": _listed(
        """
        40,000, 75,000, 120,000, 180,000, 250,000, 320,000, 460,000, 600,000, 850,000, 1.2 million, 1.7 million, 2.4
        million, 3.1 million, 4.8 million, 6.5 million
        """
    ),
    "people": _listed(
        """
        households, pupils, small farmers, patients, returnees, fishing families, displaced people, herders, market
        traders, health workers, young mothers, apprentices, teachers, volunteers, voters, residents
        """
    ),
    "event": _listed(
        """
        the floods of last year, the opening of the new office, the peace agreement, a poor harvest, the drought, the
        reform of local government, the closure of two camps, the census, the mid-term review, an outbreak of measles,
        the earthquake, the change of fiscal year, the arrival of new partners, the extension of the mandate
        """
    ),
    "part": _listed(
        """
        operations, planning, programme support, field coordination, quality assurance, partnerships, resilience,
        emergency, technical support, analysis, outreach, common services, training, data, compliance
        """
    ),
}

CONTEXT = (
    "The {role} works in the {part} unit in {city}, which serves about {count} thousand {people} {where}.",
    "Since {event}, {org} has had to look again at {thing} and {thing}, above all {where}.",
    "The unit has {count} staff members and an annual budget of roughly {sum} dollars for {thing}, {thing} and "
    "{thing}.",
    "Much of the work is {doing} {thing} with {who}, and doing it {when} {aim}.",
    "A mission {where} found that {thing} were seldom {quality}, and that {people} waited {count} weeks longer than"
    " planned.",
    "The post was created after {event}, when {who} asked for help with {doing} {thing}.",
    "Travel {where} takes up about {count} days a month, often together with {who}.",
    "What counts in the first year is that {thing} become {quality} and that {who} take over {doing} {thing}.",
    "Close work with {who} matters here, because {thing} {where} depend on them.",
    "The holder of the post reports to the head of the {part} unit and guides {count} colleagues in {doing} {thing}.",
    "The programme reaches {people} {where} and is funded until the end of its second phase, with {sum} dollars for"
    " {thing}.",
    "Earlier attempts at {doing} {thing} failed for want of {thing}; the new plan puts {who} first.",
)
DUTIES = (
    "{do} {thing} {where} {when}, {aim}.",
    "{do} {thing} together with {who} and make sure that they are {quality}.",
    "{do} {thing} and {thing} {when}, and report on them to {who}.",
    "{do} **{thing}** for {count} sites {where}, {aim}.",
    "Guide {who} in {doing} {thing}, {aim}.",
    "{do} the use of about {sum} dollars for {thing}, and propose changes {when}.",
    "Give {who} advice on {doing} {thing} {where}.",
    "Keep {thing} {quality} and share them with {who} {when}.",
    "Chair meetings with {who} on {thing}, write the minutes and follow up {when}.",
    "Train {count} colleagues and {who} in {doing} {thing}, {aim}.",
    "{do} agreements with {who} about {thing} {where}.",
    "Answer questions from {people} and {who} about {thing} {when}.",
    "{do} {thing} again when this becomes necessary after {event}, {aim}.",
    "Replace the head of the {part} unit {when} and represent {org} before {who}.",
)
QUALITIES = (
    "At least {count} months of {doing} {thing} {where}, preferably with {who}.",
    "Experience in {doing} {thing} together with {who} {where}.",
    "Skilled at {skill} and at {skill}, above all when {doing} {thing}.",
    "Knows how {thing} {where} are kept {quality} when time is short.",
    "Has worked with {people} or with {who} {where}, at best on {thing}.",
    "Proven record of {skill}, shown with examples from {doing} {thing} {where}.",
    "Good understanding of {thing} and {thing} and of what to agree on with {who}.",
    "Able to explain {thing} to {people} {where} in plain words.",
    "Has led a team of {count} in {doing} {thing} with {who}.",
    "Familiar with rules for {thing} and {thing} of organizations such as {org}, and with {skill}.",
)
REQUIREMENTS = (
    "Experience in {doing} {thing}",
    "Skilled at {skill}",
    "Has worked with {who} {where}",
    "Good knowledge of {field} and of {thing}",
    "At least {count} months of {doing} {thing}",
    "Able to work {where} {when}",
)
SUMMARIES = (
    "{org} is looking for someone in {city} who will be {doing} {thing} with {who}.",
    "A role in {city} for {doing} {thing} {where}, in the {part} unit of {org}.",
    "{org} needs help in {city} with {doing} {thing} and {thing} for {people}.",
)
EDUCATION = (
    "Advanced university degree in {field}, {field} or a related field",
    "First-level university degree in {field} or {field}",
    "Secondary school certificate, with further training in {field}",
    "Technical diploma in {field}",
)
UNIQUE_HEADINGS = {
    "context": (
        "Context",
        "Background of the post",
        "Where the post stands",
        "Setting and reporting",
        "The office and its work",
    ),
    "duties": ("Responsibilities", "What you will do", "Duties", "Main tasks", "Functions and key results"),
    "results": ("Expected results", "Results after one year", "Deliverables", "What success looks like"),
    "profile": ("Qualifications", "Your profile", "Experience and skills", "What we are looking for"),
}

# What an organisation says in every notice; the gaps are filled once for each organisation.
ABOUT = (
    "{org} was founded by its member states to help with {thing} and {thing}. It works {where} and {where}, in "
    "{count} countries or more, and its staff come from every region. It is financed by contributions that are paid"
    " of free will.",
    "With offices in {count} regions, {org} brings {who} and {who} together. Its teams spend most of their time "
    "{doing} {thing}, and it publishes what it learns {when}, {aim}.",
    "The strategy of {org} for the coming years has {count} goals. The first is that {thing} reach {people} "
    "{where}; the others are about {thing}, {thing} and fair work for {people}. Every office reports on them "
    "{when}.",
)
CULTURE = (
    "{org} wants its staff to do well and to feel safe. It offers flexible hours where the work allows them, "
    "parental leave, and time for learning. Managers are judged by how they treat people, too, and not only by "
    "{thing} that are {quality}.",
    "People who have worked with {who} or who have themselves been {people} are warmly invited to apply. {org} "
    "counts the many languages and backgrounds of its teams among its strengths, and it makes its offices usable "
    "for people with disabilities.",
)
LANGUAGE_RULES = (
    "The working languages of {org} are English and French. Who applies for a post with international recruitment "
    "should be able to work in one of them from the first day, and is expected to learn the basics of the other "
    "within {count} months.",
    "Language skills are tested during the selection. {org} may ask for a written exercise about {thing}, to be "
    "finished within {count} hours, and for an interview in each of the languages that the notice requires.",
)
VALUES = (
    "**Care:** treats {who}, colleagues and {people} with respect, and notices when somebody needs help.",
    "**Honesty:** says what is known and what is not, and keeps {thing} {quality}.",
    "**Independence:** takes no instructions from outside {org}, and declares every interest that could stand in "
    "the way.",
    "**Openness:** listens to {who} before deciding about {thing}, and gives reasons afterwards.",
    "**Courage:** speaks up {when} where rules are broken, and stands by unpopular findings.",
    "**Teamwork:** shares {thing} and credit, and asks others for their view {aim}.",
    "**Delivery:** finishes what was promised, tells {who} early about delays and learns from mistakes.",
    "**Foresight:** sees risks {where} coming and plans {thing} with room for surprises.",
    "**Learning:** seeks new ways of {doing} {thing} and passes them on {when}.",
)
SELECTION = (
    "Applications are read by a panel that includes somebody from outside the unit. Those who are invited to a "
    "written test about {thing} hear of it about {count} weeks after the deadline; the others find the outcome in "
    "their account with {org}.",
    "Candidates who are found suitable may be placed on a list from which {org} fills similar posts {where} for up "
    "to {count} months. Being on the list gives no right to an offer, and declining one does not remove anybody "
    "from it.",
    "An offer depends on a medical examination, on references and on funds being confirmed. {org} may offer the "
    "post one grade lower, or for a shorter time, where this is necessary after {event}.",
)
APPLYING = (
    "Apply through the [careers pages of {org}](https://jobs.{host}/how-to-apply). Fill in the form in English or "
    "French and name the number of the notice. Documents about {thing} need not be attached; {org} asks for them "
    "later where they matter.",
    "Questions about the form are answered at [{mail}](mailto:{mail}) {when}. The address is not for applications: "
    "what is sent there cannot be considered. Whoever needs an adjustment for the test or the interview should "
    "write there as well.",
)
TERMS = (
    "The pay follows the salary scale of {org} and depends on the duty station. Leave is two and a half days a "
    "month. Health insurance covers partners and children, and {org} pays the journey to the post and back {when}.",
    "Those who are recruited internationally may be asked to move again after {count} years. {org} tries to agree "
    "on moves with the person concerned, and looks at schools, at health care and at work for partners before it "
    "decides.",
)
# What all organisations say in the same words.
COMMON = (
    "No fee is charged at any stage, neither for applying nor for an interview, a test, a visa or a place in "
    "training. Nobody who acts for us will ask for your bank account. If somebody does, break off the contact and "
    "tell us.",
    "We do not accept any form of exploitation, abuse or harassment, by anyone. All candidates who are selected "
    "have their references and their background checked, and earlier dismissals for misconduct are looked up in a "
    "shared register.",
    "Applications that come in after the deadline, or that are not complete, are not looked at. The clock that "
    "counts is the one of the recruitment system, so please do not wait for the last hour.",
    "Women, people with disabilities and candidates from countries that have few staff members among us are "
    "especially encouraged to apply. Every application is treated as confidential.",
    "Only candidates who are invited to the next step are contacted. Because of the number of applications we "
    "cannot explain single decisions, but everyone can see in the system how far the selection has come.",
    "Degrees count when they come from a school or university that the state where it lies has accredited. Have a "
    "copy ready: it is asked for before an offer is made, and a translation is needed where it is in another "
    "language.",
    "Close relatives of present staff members can be appointed only where no other candidate is equally well "
    "qualified, and never in the same chain of supervision.",
    "Candidates from within the organization should tell their supervisor when they are short-listed. Time in an "
    "earlier post counts, whatever the contract was.",
    "The duty station can be difficult for families. Look at the advice on safety, schools and health care before "
    "you apply, and talk about it with those who would come with you.",
    "The notice can be withdrawn, changed or advertised again at any time. What it says about the terms of service "
    "is not yet an offer, and only a signed letter of appointment binds both sides.",
)
SHARED_HEADINGS = {
    "about": ("About {org}", "Who we are", "About us"),
    "culture": ("Working at {org}", "Our workplace", "Diversity and inclusion"),
    "languages": ("Languages", "Language requirements"),
    "values": ("Values and competencies", "Competencies", "What we expect of everyone"),
    "selection": ("How the selection works", "Assessment and selection", "Selection"),
    "applying": ("How to apply", "Application procedure", "Your application"),
    "terms": ("Conditions of service", "What we offer", "Pay and leave"),
    "common": ("Important notices", "Please note", "Notes"),
}
REASONS = ("The notice was advertised again", "More candidates were sought", "The system was out of order for a day")
SOURCES = (
    ("Job Harbour", "jobharbour.example.org"),
    ("Field Careers", "fieldcareers.example.org"),
    ("Notice Board", "noticeboard.example.org"),
    ("Aid Posts", "aidposts.example.org"),
)
TAGS = _listed(
    """
    field-mission, country-office, headquarters, emergency, security, health, logistics, finance, protection, data,
    engineering, policy, training, administration, climate
    """
)
