"""What a notice states in its first lines and in sentences, by the few forms that leave no doubt."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice

from ..model.problems import shown
from ..wording.amounts import salary_in
from ..wording.dates import dates_in
from ..wording.employers import employer_named, employers_in
from ..wording.headlines import Headline, employer_line, first_lines, is_title, job_in, read_headline
from ..wording.layouts import NoticeLine
from ..wording.phrases import contract_meant, role_words, sounds_like_employer
from ..wording.places import Station, country_named, is_place, place_line, stations
from .choosing import Candidate, Evidence
from .drafting import Reader
from .values import offer_headline, take

_LONGEST_TITLE = 150  # characters
_MOST_ABOUTS = 5
_MOST_TITLES = 4  # lines that look like titles, from which on they are a list
# Currencies that are words too, where letters are capitals: ALL 12 - 15 DRIVERS.
_WORDS = frozenset({"ALL", "TOP", "TRY"})
_ACTS = r"(?:will|reports?|shall|is responsible|is expected|works under|performs)"
_IN_PROSE = re.compile(
    rf"\b[Tt]he (?P<title>(?:[A-Z][\w&/’'-]*(?: (?:(?:of|for|in|to)(?: the)?|"
    rf"and|&))? ){{0,7}}[A-Z][a-z]+)(?: \([A-Z]{{2,6}}\))?"
    rf"(?: at (?:the )?[A-Z]{{1,3}}-?\d level)?,? {_ACTS}\b"
)
_WANTED = re.compile(
    r"\b(?:seeks|needs|is (?:looking for|recruiting|seeking)|recrute|recherche|busca) (?:an?|une?|"
    r"un\(e\)) (?:[a-z]+ ){0,3}"
    r"(?P<title>(?:[A-ZÉ][\w&/’'-]*(?: (?:of|and|for|in|the|to|de|des|du|&))? ){0,7}[A-ZÉ][a-zéè]+)\b"
    r"(?!\(| d(?:e|u|es)\b| d['’])"
    r"|(?:\bAs an?|\b(?:for|to fill) (?:the|an?|one) (?:vacant )?(?:position|post|role) of) "
    r"(?P<named>(?:[A-Z][\w&/’'-]*(?: (?:of|and|for|in|the|&))? ){0,7}[A-Z][a-z]+)\b"
)
_LOCATED = re.compile(
    r"\blocated in (?:the )?(?P<name>[A-Z][\w ,'’&-]{1,150}?) \((?P<short>[A-Z][A-Za-z-]{1,11})\)"
    r"(?:,? (?:in )?(?P<city>[A-Z][a-z]\w+(?: [A-Z][a-z]\w+)?))?"
)
_OF_ORGANISATION = re.compile(r"(?:open positions at|logo of) (?P<name>\S.*)", re.IGNORECASE)
_BASED = re.compile(
    r"\b[Bb]ased in (?P<place>[A-Z][\w'’-]+(?:(?:, | )[A-Z][\w'’-]+){0,4}),? (?:the|this|you|and)\b|"
    r"\b(?:[Pp]oste|[Pp]osition|[Rr]ole|[Pp]ost|[Jj]ob|[Pp]uesto) (?:is |est |will be |sera |"
    r"estará )?(?:based|located|basée?|situé|situado|basado) "
    r"(?:in|at|à|en) (?P<there>[A-ZÉ][\w'’-]+(?:(?:, | )[A-ZÉ][\w'’-]+){0,3})"
)
_CONTRACT_GRADE = re.compile(r"^This is an? (?P<grade>[A-Z]{1,4}[- ]?\w{1,2}) (?:contract|position|post)\b")
_CONTRACT_KIND = re.compile(
    r"^This is an? (?P<kind>Consultancy|Internship|Volunteer|Fixed-term|Temporary) (?:contract|position)\b",
    re.IGNORECASE,
)
_OVER = re.compile(
    r"\bexpired (?:\d+|a|an|one|two|three)\b.{0,40} ago|"
    r"\bthis (?:job|vacancy|position|notice) (?:has expired|is archived|is closed|has closed|is no longer)",
    re.IGNORECASE,
)
# A sentence names a deadline by its name, or says until when one can apply.
_DEADLINE = re.compile(
    r"\b(?:closing date|deadline|(?:date|heure) limite|fecha (?:límite|limite|de cierre)|date de clôture|"
    r"last da(?:te|y)|plazo de presentación)\b",
    re.IGNORECASE,
)
_APPLY = re.compile(
    r"\b(?:appl(?:y|ies|ication|ications)|submi\w+|sen[dt]|open|closed|closes|candidatures?|dossiers?|"
    r"postul\w+|envoy\w+|ouvert\w*|solicitud\w*|"
    r"candidatarse|enviar|envíen|receiv\w+|ofertas|cv)\b",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    r"\b(?:by|before|until|till|avant le|antes del|"
    r"no(?:t)? later than|on or before|before or on|closed on|closes on|au plus tard le|"
    r"jusqu['’]au|hasta el|a más tardar el)\b"
    r"[^.;!?]{0,45}$",
    re.IGNORECASE,
)
_OTHER_DAY = re.compile(
    r"\b(?:question|clarification|interview|entretien|entrevista|shortlist|reference|regist|test|start|"
    r"begin|commence|extended? from|born|"
    r"posted|published|previous|contract|appointment|contrat|fellowship|tenure|employ)\w*",
    re.IGNORECASE,
)
_LINK = re.compile(r"https://[^\s<>\"')\]]+")
_ENDS = re.compile(r"(?<=[^.\s]{3})[.;!?]\s+(?=[A-ZÀ-Ý])")
_HIRES = re.compile(
    r"^(?:[^,.]{0,60}, )?(?P<who>(?:The |Le |La |"
    r"L['’])?[A-ZÉ][^.;:]{2,110}?)(?:, [^,]{5,160},)? (?:is (?:currently )?(?:looking for|recruiting|"
    r"seeking|hiring|advertising)|seeks|"
    r"invites applications|has a vacancy|is accepting applications|recrute|recherche|busca|requires|is pleased to)\b"
)

_ABOUT = re.compile(
    r"(?:[\dIV]{1,3}[.)] )?(?:About|Background on|Overview of|À propos de|A propos de|Acerca de|Sobre) "
    r"(?P<who>\S.{1,80}?):?"
)
# How an employer introduces itself, at the start of a paragraph.
_INTRODUCED = re.compile(
    r"(?P<who>(?:The |L['’]|La |Le )?[A-ZÀ-Ý][^.;:!?]{1,90}?),? (?:"
    r"(?:is|est|es) (?:an?|the|one of|une?|una|l['’]une?) [^.;:]{0,120}?\b(?:organi[sz]ation|NGO|INGO|ONG|ONGD|agency|"
    r"company|charity|institution|institute|university|bank|movement|federation|network|foundation|association|"
    r"provider|firm|employer|fondation|agence|société|entreprise|organización|agencia|fundación|asociación|empresa)\b"
    r"|has been (?:operating|working|present) in|was (?:founded|established) in \d{4}|"
    r"a été (?:créée?|fondée?) en \d{4})"
)
_SMALL = frozenset(
    ["of", "for", "and", "the", "in", "on", "de", "des", "du", "la", "le", "les", "sans", "pour", "et", "y", "el", "&"]
)
# What other things that notices introduce are called.
_NO_EMPLOYER = re.compile(
    r"\b(?:this|it|our|we|us|you|your|who|what|how|project|programme|program|position|role|post|team|department|unit|"
    r"job|candidates?|applicants?|mission|consultancy|assignment|initiative|region|projet|poste|ce|cette|il|elle|"
    r"proyecto|programa|puesto|este|esta|working|country|work)\b",
    re.IGNORECASE,
)


def take_first_lines(reader: Reader, lines: list[NoticeLine]) -> None:
    """What the first lines state without a label: title, organisation, place and salary."""
    first = first_lines(lines, reader.labelled)
    for line in first:
        _first_line(reader, line)
    if titled := [one.words for one in reader.candidates if one.key == "title" and one.evidence is Evidence.DATA]:
        reader.used |= {line.number for line in first if line.text.strip() in titled}
    else:
        _headline(reader, [line for line in first if line.number not in reader.used], lines)
    # A place alone belongs to a title; a page without one is about the place.
    has_title = any(one.key == "title" for one in reader.candidates)
    alone = [line for line in first if len(line.text.strip()) > 3 and is_place(line.text)]
    if has_title and len(alone) == 1 and (places := stations(alone[0].text.strip())[0]):
        said = alone[0]
        reader.candidates.append(
            Candidate("duty_stations", list(places), said.text.strip(), said.origin, Evidence.HEADLINE)
        )


def _first_line(reader: Reader, line: NoticeLine) -> None:
    text = line.text.strip()
    if contract_meant(text) and not role_words(text):
        take("contract", reader, text, line, Evidence.HEADLINE)
    employer, places = employer_line(text, reader.lexicon)
    if (salary := salary_in(text)) and salary.most and salary.currency not in _WORDS and len(text) < 100:
        take("salary", reader, text, line)
    elif employer:
        take("organisation", reader, employer.name, line, Evidence.HEADLINE)
        if places:
            reader.candidates.append(Candidate("duty_stations", list(places), text, line.origin, Evidence.HEADLINE))
    elif found := job_in(text) or _place_in_row(text):
        reader.candidates.append(Candidate("duty_stations", list(found), text, line.origin, Evidence.HEADLINE))
    else:
        return
    reader.used.add(line.number)


def _place_in_row(text: str) -> tuple[Station, ...]:
    """The place in a line such as `Dune Consulting · Nouakchott, Mauritania · 2 weeks ago`."""
    parts = re.split(r"\s[-–·|•]\s", text)
    found = [place_line(part) for part in parts] if len(parts) > 1 and not role_words(text) else []
    return tuple(one for one in found if one)


def _headline(reader: Reader, first: Sequence[NoticeLine], lines: Sequence[NoticeLine]) -> None:
    """The first of some lines that can be a title, taken apart; and the employer that stands beside it."""
    start = _heading_among(reader, first)
    for position, line in enumerate(first):
        if position < start:
            continue
        found = _with_core(read_headline(line.text.strip(), reader.lexicon), first)
        # Below the first line a single word is no title, and a long line a text.
        short = not position or (len(line.text.split()) > 1 and len(found.title) <= _LONGEST_TITLE)
        if short and (is_title(found.title, first=position == 0) or _is_heading_with_place(reader, line, found)):
            break
    else:
        return
    if position and _is_list(first[position:]):
        return
    offer_headline(reader, found, line, Evidence.HEADLINE)
    same = [one for one in first if one.text.strip() == line.text.strip()]
    reader.used |= {one.number for one in same}
    reader.head = min(one.number for one in same)
    others = [one for one in first if one not in same]
    before = sum(one not in same for one in first[:position])
    for near in others[max(0, before - 1) : before + 1] if not found.employer else ():
        if _is_employer(near.text.strip()) or _recurs(near, lines):
            take("organisation", reader, near.text.strip(), near, Evidence.HEADLINE)


def _heading_among(reader: Reader, lines: Sequence[NoticeLine]) -> int:
    """Where the heading of a page stands among lines, if it is a title; else 0."""
    heading, _ = reader.apart.get("heading", ("", ""))
    for position, line in enumerate(lines):
        if line.text.strip() == heading:
            found = read_headline(heading, reader.lexicon)
            return position if is_title(found.title) or _is_heading_with_place(reader, line, found) else 0
    return 0


def _is_heading_with_place(reader: Reader, line: NoticeLine, found: Headline) -> bool:
    """Whether a line is the heading of a page and has a place behind a title, which may have no word of a role."""
    title = found.title
    named = bool(found.places) and title[:1].isupper() and not sounds_like_employer(title) and not is_place(title)
    return named and line.text.strip() == reader.apart.get("heading", ("", ""))[0] and is_title(f"{title} Officer")


def _is_list(lines: Sequence[NoticeLine]) -> bool:
    """Whether lines name several roles, as a list of vacancies does; one that is named twice is one."""
    titles = {text for line in lines if is_title(text := line.text.strip()) and len(text.split()) > 1}
    return len(titles) >= _MOST_TITLES


def _with_core(found: Headline, lines: Sequence[NoticeLine]) -> Headline:
    """A headline with the title that stands alone on another line, where it has more behind the same words."""
    for line in lines:
        core = line.text.strip()
        if found.title.startswith(core) and re.match(r" [-–—(]|,", found.title[len(core) :]) and is_title(core):
            return replace(found, title=core)
    return found


def _recurs(near: NoticeLine, lines: Sequence[NoticeLine]) -> bool:
    """Whether a line is a name of several words that sentences of the text use again and again."""
    name = near.text.strip()
    if not 1 < len(name.split()) <= 6 or not name[-1].isalpha() or contract_meant(name) or not _can_employ(name):
        return False
    return sum(name in line.text and len(line.text.split()) > 8 for line in lines) > 1


def _is_employer(text: str) -> bool:
    text = re.sub(r", [A-Z]{2}$", "", text)
    return (
        len(text.split()) <= 8
        and not re.search(r"[,/]|\.\.", text)
        and text[:1].isupper()
        and text[-1] not in ".:;!?"
        and sounds_like_employer(text)
        and not role_words(text)
    )


def take_sentences(reader: Reader, lines: list[NoticeLine]) -> None:
    """What sentences state, by the few forms that leave no doubt."""
    for line in lines:
        text = line.text.strip()
        if line not in reader.labelled and line.number not in reader.used:
            _sentence(reader, line, text)
            _deadlines(reader, line, text)
        if contract_meant(text.partition(":")[0]) and ":" in text and len(text) < 120:
            take("contract", reader, text.replace(":", ",", 1), line)
        if match := _OF_ORGANISATION.fullmatch(text):
            take("organisation", reader, match["name"], line, Evidence.HEADLINE)
            reader.used.add(line.number)
        if (links := set(_LINK.findall(text))) and _APPLY.search(text) and len(links) == 1:
            reader.candidates.append(
                Candidate("apply", links.pop().rstrip(".,;"), text, line.origin, Evidence.SENTENCE)
            )
        if re.search(r"\bonly open to roster\b|\brecruit from roster\b", text, re.IGNORECASE):
            reader.draft.state("open_to", ["roster"], line.origin)
        if _OVER.search(text) and len(text) < 120:
            reader.apart.setdefault("over", (text, line.origin))
            reader.used.add(line.number)
    if not any(one.key == "title" for one in reader.candidates) and (found := _most_often(lines)):
        take("title", reader, *found, Evidence.SENTENCE)
    if not any(one.key == "organisation" for one in reader.candidates):
        _organisation_about(reader, lines)
    if not any(one.key == "organisation" for one in reader.candidates):
        _organisation_by_mention(reader, lines)
    if not any(one.key == "organisation" for one in reader.candidates):
        _organisation_introduced(reader, lines)


def _organisation_about(reader: Reader, lines: list[NoticeLine]) -> None:
    """The employer that a heading says a part of the text is about, where the text names it as well."""
    abouts = ((match["who"], line) for line in lines if (match := _ABOUT.fullmatch(line.text.strip())))
    # For each the whole text is searched, so only the first few can be the one.
    for name, line in islice((one for one in abouts if _can_employ(one[0])), _MOST_ABOUTS):
        if sum(name in other.text for other in lines) > 1:
            take("organisation", reader, name, line, Evidence.SENTENCE)
            return


def _organisation_introduced(reader: Reader, lines: list[NoticeLine]) -> None:
    """The first employer that a paragraph introduces: `Lantern Aid is an international organisation`."""
    for line in lines:
        match = _INTRODUCED.match(line.text.strip())
        if match and _can_employ(match["who"]):
            # The article begins the sentence, not the name.
            name = match["who"].removeprefix("The ")
            take("organisation", reader, name, NoticeLine(line.number, match[0]), Evidence.SENTENCE)
            return


def _can_employ(text: str) -> bool:
    """Whether a text is a name, and one that an employer can have: in capitals, and of no place or role."""
    name = re.sub(r"^(?:The|La|Le) |^L['’]|\s*\([^()]*\)$", "", text)
    words = re.findall(r"[^\s()]+", name)
    if not 0 < len(words) <= 8 or is_place(name) or role_words(name) or _NO_EMPLOYER.search(name):
        return False
    # One word behind an article is a word of the language: `The Foundation`.
    if len(words) == 1 and name != text and text.startswith("The ") and not name.isupper():
        return False
    return words[0][0].isupper() and all(word in _SMALL or word[0].isupper() for word in words)


def _sentence(reader: Reader, line: NoticeLine, text: str) -> None:
    if match := _LOCATED.search(text):
        said = NoticeLine(line.number, match[0])
        if (found := employer_named(f"{match['name']} ({match['short']})", reader.organisations)) and found.key:
            take("organisation", reader, found.name, said, Evidence.SENTENCE)
        if match["city"] and not country_named(match["city"]):
            reader.apart.setdefault("city in prose", (match["city"], said.origin))
    if match := _BASED.search(text):
        place = match["place"] or match["there"]
        if stations(place)[0]:
            reader.apart.setdefault("station in prose", (place, NoticeLine(line.number, match[0]).origin))
    if match := _CONTRACT_GRADE.match(text):
        take("grade", reader, match["grade"], line)
    if match := _CONTRACT_KIND.match(text):
        take("contract", reader, match["kind"], line)
    if (station := place_line(text)) and not (sounds_like_employer(text) or role_words(text)):
        reader.candidates.append(Candidate("duty_stations", [station], text, line.origin, Evidence.HEADLINE))
        reader.used.add(line.number)
    if match := _HIRES.match(text):
        names = [employer.name for employer, _ in employers_in(match["who"], reader.organisations)]
        if not names and match[0].endswith("invites applications") and _can_employ(match["who"]):
            names = [match["who"].removeprefix("The ")]
        for name in names[:1]:
            take("organisation", reader, name, NoticeLine(line.number, match[0]), Evidence.SENTENCE)


def _deadlines(reader: Reader, line: NoticeLine, text: str) -> None:
    """The deadlines that sentences name: by the word, or as the day until which one can apply."""
    for sentence in _ENDS.split(text):
        if not _DEADLINE.search(sentence) and not _APPLY.search(sentence):
            continue
        for found in dates_in(sentence, reader.order):
            before = sentence[max(0, found.start - 120) : found.start]
            named = list(_DEADLINE.finditer(before))
            applied = list(_APPLY.finditer(before))
            nearer = before[(named or applied)[-1].end() :] if named or applied else ""
            # Of what the deadline is, stands before the word as well: `Deadline for questions`, `questions deadline`.
            other = _OTHER_DAY.search(nearer) or (named and _OTHER_DAY.search(before[: named[-1].start()][-30:]))
            if (named or (applied and _UNTIL.search(before))) and not other:
                doubt = f"deadline: {found.doubt}" if found.doubt else ""
                words = sentence[max(0, found.start - 60) : found.start + 40].strip()
                said = NoticeLine(line.number, words)
                reader.candidates.append(
                    Candidate("closes", found.text, words, said.origin, Evidence.SENTENCE, doubt, found)
                )


def _most_often(lines: Iterable[NoticeLine]) -> tuple[str, NoticeLine] | None:
    """The role that sentences say most often what it does."""
    found: dict[str, list[NoticeLine]] = {}
    for line in lines:
        for match in (*_IN_PROSE.finditer(line.text), *_WANTED.finditer(line.text)):
            name = next(filter(None, match.groupdict().values()), "")
            # A word alone is what texts call a role whose title they gave before: `the Expert will`.
            if role_words(name.split()[-1]) and " " in name:
                found.setdefault(name, []).append(NoticeLine(line.number, match[0]))
    if not found:
        return None
    best = max(found, key=lambda name: len(found[name]))
    return best, found[best][0]


def _organisation_by_mention(reader: Reader, lines: list[NoticeLine]) -> None:
    """The one organisation of the digest that a text speaks of again and again."""
    counts: dict[str, list[NoticeLine]] = {}
    text = "\n".join(line.text for line in lines)
    for key, file in reader.organisations.items():
        names = [name for name in (file.organisation.name, file.organisation.full_name) if name and name in text]
        if names:  # of hundreds of organisations a notice names few
            pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b")
            counts[key] = [line for line in lines for _ in pattern.finditer(line.text)]
    ranked = sorted(counts, key=lambda key: -len(counts[key]))
    most, next_most = ([len(counts[key]) for key in ranked] + [0, 0])[:2]
    # Two mentions are enough where no other organisation of the digest is named at all.
    if (most >= 3 and most >= 2 * next_most) or (most == 2 and not next_most):
        origin = counts[ranked[0]][0].origin
        reader.candidates.append(Candidate("organisation", ranked[0], shown(ranked[0]), origin, Evidence.SENTENCE))
