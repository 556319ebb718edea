"""Languages as reference databases write them."""

# ISO 639-1 and 639-2 codes (bibliographic and terminological, as PubMed and MARC use them) to the
# English name, for the languages in which PubMed indexes most.
_NAMES = {
    "English": "en eng", "French": "fr fre fra", "German": "de ger deu", "Spanish": "es spa",
    "Italian": "it ita", "Portuguese": "pt por", "Dutch": "nl dut nld", "Danish": "da dan",
    "Swedish": "sv swe", "Norwegian": "no nor nb nn", "Finnish": "fi fin", "Icelandic": "is ice isl",
    "Polish": "pl pol", "Czech": "cs cze ces", "Slovak": "sk slo slk", "Hungarian": "hu hun",
    "Romanian": "ro rum ron", "Bulgarian": "bg bul", "Greek": "el gre ell", "Turkish": "tr tur",
    "Russian": "ru rus", "Ukrainian": "uk ukr", "Serbian": "sr srp", "Croatian": "hr hrv",
    "Slovenian": "sl slv", "Hebrew": "he heb", "Arabic": "ar ara", "Persian": "fa per fas",
    "Hindi": "hi hin", "Chinese": "zh chi zho", "Japanese": "ja jpn", "Korean": "ko kor",
    "Thai": "th tha", "Vietnamese": "vi vie", "Welsh": "cy wel cym", "Irish": "ga gle",
    "Scottish Gaelic": "gd gla", "Catalan": "ca cat", "Basque": "eu baq eus", "Galician": "gl glg",
    "Lithuanian": "lt lit", "Latvian": "lv lav", "Estonian": "et est", "Afrikaans": "af afr",
    "more than one language": "mul", "": "und zxx",
}  # fmt: skip
_BY_SPELLING = {spelling: name for name, spellings in _NAMES.items() for spelling in (name.lower(), *spellings.split())}


def language_name(text: str) -> str:
    """Return the English name of the first language in `text` ("eng", "en-GB", "English; French").

    A language that is not in the list is returned as it is written.
    """
    first = text.replace(",", ";").replace("/", ";").split(";")[0].strip(" .")
    code = first.replace("_", "-").split("-")[0].lower()
    return _BY_SPELLING.get(first.lower(), _BY_SPELLING.get(code, first))
