"""Duty stations for invented roles: a city, its country and its time zone, the countries with the most roles first."""

from typing import NamedTuple


class Place(NamedTuple):
    """A duty station."""

    country: str
    country_name: str
    city: str
    zone: str


_TABLE = """
CD Democratic Republic of the Congo|Kinshasa|Africa/Kinshasa
CD Democratic Republic of the Congo|Goma|Africa/Lubumbashi
KE Kenya|Nairobi|Africa/Nairobi
UA Ukraine|Kyiv|Europe/Kyiv
CH Switzerland|Geneva|Europe/Zurich
SS South Sudan|Juba|Africa/Juba
ET Ethiopia|Addis Ababa|Africa/Addis_Ababa
US United States of America|New York|America/New_York
SO Somalia|Mogadishu|Africa/Mogadishu
AF Afghanistan|Kabul|Asia/Kabul
SD Sudan|Port Sudan|Africa/Khartoum
NG Nigeria|Abuja|Africa/Lagos
NG Nigeria|Maiduguri|Africa/Lagos
BD Bangladesh|Cox's Bazar|Asia/Dhaka
LB Lebanon|Beirut|Asia/Beirut
JO Jordan|Amman|Asia/Amman
YE Yemen|Aden|Asia/Aden
SY Syrian Arab Republic|Damascus|Asia/Damascus
IQ Iraq|Baghdad|Asia/Baghdad
TD Chad|N'Djamena|Africa/Ndjamena
CF Central African Republic|Bangui|Africa/Bangui
ML Mali|Bamako|Africa/Bamako
NE Niger|Niamey|Africa/Niamey
BF Burkina Faso|Ouagadougou|Africa/Ouagadougou
UG Uganda|Kampala|Africa/Kampala
TH Thailand|Bangkok|Asia/Bangkok
SN Senegal|Dakar|Africa/Dakar
IT Italy|Rome|Europe/Rome
AT Austria|Vienna|Europe/Vienna
DK Denmark|Copenhagen|Europe/Copenhagen
HT Haiti|Port-au-Prince|America/Port-au-Prince
CO Colombia|Bogotá|America/Bogota
MM Myanmar|Yangon|Asia/Yangon
PK Pakistan|Islamabad|Asia/Karachi
EG Egypt|Cairo|Africa/Cairo
LY Libya|Tripoli|Africa/Tripoli
MZ Mozambique|Maputo|Africa/Maputo
TR Türkiye|Ankara|Europe/Istanbul
TR Türkiye|Gaziantep|Europe/Istanbul
MG Madagascar|Antananarivo|Indian/Antananarivo
BI Burundi|Bujumbura|Africa/Bujumbura
RW Rwanda|Kigali|Africa/Kigali
TZ United Republic of Tanzania|Dar es Salaam|Africa/Dar_es_Salaam
ZM Zambia|Lusaka|Africa/Lusaka
ZW Zimbabwe|Harare|Africa/Harare
MW Malawi|Lilongwe|Africa/Blantyre
CM Cameroon|Yaoundé|Africa/Douala
PH Philippines|Manila|Asia/Manila
ID Indonesia|Jakarta|Asia/Jakarta
NP Nepal|Kathmandu|Asia/Kathmandu
IN India|New Delhi|Asia/Kolkata
PA Panama|Panama City|America/Panama
MX Mexico|Mexico City|America/Mexico_City
GT Guatemala|Guatemala City|America/Guatemala
HN Honduras|Tegucigalpa|America/Tegucigalpa
VE Venezuela (Bolivarian Republic of)|Caracas|America/Caracas
EC Ecuador|Quito|America/Guayaquil
PE Peru|Lima|America/Lima
BR Brazil|Brasília|America/Sao_Paulo
CL Chile|Santiago|America/Santiago
PS State of Palestine|Gaza|Asia/Gaza
DE Germany|Bonn|Europe/Berlin
FR France|Paris|Europe/Paris
NL Netherlands (Kingdom of the)|The Hague|Europe/Amsterdam
BE Belgium|Brussels|Europe/Brussels
ES Spain|Valencia|Europe/Madrid
HU Hungary|Budapest|Europe/Budapest
PL Poland|Warsaw|Europe/Warsaw
MD Republic of Moldova|Chişinău|Europe/Chisinau
RO Romania|Bucharest|Europe/Bucharest
RS Serbia|Belgrade|Europe/Belgrade
BA Bosnia and Herzegovina|Sarajevo|Europe/Sarajevo
XK Kosovo|Pristina|Europe/Belgrade
AL Albania|Tirana|Europe/Tirane
GR Greece|Athens|Europe/Athens
CY Cyprus|Nicosia|Asia/Nicosia
AM Armenia|Yerevan|Asia/Yerevan
AZ Azerbaijan|Baku|Asia/Baku
GE Georgia|Tbilisi|Asia/Tbilisi
KZ Kazakhstan|Almaty|Asia/Almaty
KG Kyrgyzstan|Bishkek|Asia/Bishkek
TJ Tajikistan|Dushanbe|Asia/Dushanbe
UZ Uzbekistan|Tashkent|Asia/Tashkent
TM Turkmenistan|Ashgabat|Asia/Ashgabat
MN Mongolia|Ulaanbaatar|Asia/Ulaanbaatar
CN China|Beijing|Asia/Shanghai
JP Japan|Tokyo|Asia/Tokyo
KR Republic of Korea|Incheon|Asia/Seoul
LA Lao People's Democratic Republic|Vientiane|Asia/Vientiane
KH Cambodia|Phnom Penh|Asia/Phnom_Penh
VN Viet Nam|Ha Noi|Asia/Ho_Chi_Minh
MY Malaysia|Kuala Lumpur|Asia/Kuala_Lumpur
TL Timor-Leste|Dili|Asia/Dili
PG Papua New Guinea|Port Moresby|Pacific/Port_Moresby
FJ Fiji|Suva|Pacific/Fiji
VU Vanuatu|Port Vila|Pacific/Efate
SB Solomon Islands|Honiara|Pacific/Guadalcanal
WS Samoa|Apia|Pacific/Apia
LK Sri Lanka|Colombo|Asia/Colombo
GH Ghana|Accra|Africa/Accra
CI Côte d'Ivoire|Abidjan|Africa/Abidjan
LR Liberia|Monrovia|Africa/Monrovia
SL Sierra Leone|Freetown|Africa/Freetown
GN Guinea|Conakry|Africa/Conakry
GW Guinea-Bissau|Bissau|Africa/Bissau
GM Gambia|Banjul|Africa/Banjul
MR Mauritania|Nouakchott|Africa/Nouakchott
TG Togo|Lomé|Africa/Lome
BJ Benin|Cotonou|Africa/Porto-Novo
GA Gabon|Libreville|Africa/Libreville
CG Congo|Brazzaville|Africa/Brazzaville
AO Angola|Luanda|Africa/Luanda
NA Namibia|Windhoek|Africa/Windhoek
ZA South Africa|Pretoria|Africa/Johannesburg
LS Lesotho|Maseru|Africa/Maseru
DJ Djibouti|Djibouti City|Africa/Djibouti
ER Eritrea|Asmara|Africa/Asmara
TN Tunisia|Tunis|Africa/Tunis
MA Morocco|Rabat|Africa/Casablanca
JM Jamaica|Kingston|America/Jamaica
BB Barbados|Bridgetown|America/Barbados
"""


def _read(row: str) -> Place:
    names, city, zone = row.split("|")
    return Place(names[:2], names[3:], city, zone)


PLACES = tuple(_read(row) for row in _TABLE.split("\n") if row)
COUNTRY_NAMES = {place.country: place.country_name for place in PLACES}
