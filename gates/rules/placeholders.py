"""What people write where a proof should stand, in English and in Arabic.

Each row is one thing that is said, with its words and phrases in both languages. A text that is
made of nothing but these words, in any order, says nothing: see `evidence_text_errors`.
"""

from .text import comparison_form

ELSEWHERE = "see elsewhere"

# What is meant → (in English, in Arabic). Commas part the phrases.
PLACEHOLDERS: dict[str, tuple[str, str]] = {
    "to be decided": (
        "tbd, tba, tbc, to be determined, to be added, to be confirmed, to be done",
        "يحدد لاحقا, سيحدد لاحقا, سيضاف لاحقا, سيتم تحديده, سيتم الإضافة",
    ),
    "to do": ("todo, to do, fixme, xxx, xx", "للعمل, يجب عمله, مطلوب عمله, مهمة"),
    "not applicable": ("na, n/a, not applicable, irrelevant", "لا ينطبق, غير منطبق"),
    "not available": ("not available, unavailable, missing", "غير متاح, غير متوفر, مفقود"),
    "nothing": ("none, nil, null, nothing, empty, blank", "لا شيء, فارغ, فراغ, خال"),
    "no evidence": (
        "no evidence, there is no evidence, no proof, without proof, evidence, proof",
        "لا يوجد دليل, لا توجد أدلة, لا يوجد, بدون دليل, دليل, إثبات, بلا إثبات, الأدلة",
    ),
    "pending": (
        "pending, waiting, wip, in progress, work in progress, on hold",
        "معلق, معلقة, قيد الانتظار, بانتظار, قيد التنفيذ, قيد العمل, جار العمل",
    ),
    "later": ("later, soon, not yet, tomorrow", "لاحقا, قريبا, ليس بعد, لم يتم بعد, غدا"),
    "done": (
        ("done, finished, complete, completed, closed, fixed, all done, is done, resolved,"
        " ready"),
        ("تم, تمت, منجز, منجزة, أنجز, انتهى, مكتمل, مكتملة, اكتمل, مغلق, أغلق, تم الإغلاق, تم الحل,"
        " تم العمل, تم الإنجاز, تم التنفيذ, محلول, جاهز"),
    ),
    "ok": (
        ("ok, okay, o.k., yes, sure, fine, good, great, all good, lgtm, looks good to me, looks ok,"
        " looks fine, perfect, alright"),
        "نعم, حسنا, جيد, جيدة, تمام, ممتاز, كل شيء جيد, كل شيء تمام, يبدو جيدا, طيب",
    ),
    "it works": (
        "it works, works, working, it is working, works for me, works as expected, works fine",
        "يعمل, تعمل, إنه يعمل, شغال, يعمل بشكل جيد, يعمل كما هو متوقع, يعمل لدي",
    ),
    "checked": (
        "checked, verified, confirmed, tested, approved, i checked it, i tested it, reviewed",
        ("تم التحقق, تحققت, تم الفحص, فحصت, تم التأكد, تأكدت, تم الاختبار, اختبرت, تمت المراجعة,"
        " راجعت, موافق, تمت الموافقة"),
    ),
    "test": ("test, testing, test test", "اختبار, تجربة, تجريب, تيست"),
    ELSEWHERE: (
        ("see, here, see above, see below, above, below, see the link, see link, see attached,"
        " see attachment, see file, see notes, see the output, see output, as above"),
        ("انظر, هنا, هناك, انظر أعلاه, انظر أدناه, أعلاه, أدناه, انظر الرابط, انظر المرفق, مرفق,"
        " راجع المرفق, انظر الملف, انظر الملاحظات, انظر المخرجات, كما سبق"),
    ),
    "same": ("same, ditto, as before, same as above", "نفسه, نفس الشيء, كما هو, مثله"),
    "yes, no": ("no, not, unknown, don't know, no idea", "لا, ليس, مجهول, غير معروف, لا أعرف"),
    "filler": (
        ("lorem, ipsum, lorem ipsum, lipsum, placeholder, foo, bar, baz, asdf, asdfgh, qwerty,"
        " blah, bla, br, nbsp, text, summary, some text"),
        "نص, نص بديل, نص تجريبي, أي شيء, كذا, بلا بلا, ملخص",
    ),
}  # fmt: skip
# Words between the words: they add nothing by themselves.
LINKING = (
    (
        "a an and are as at been be by for from has have i in is it its just me my now of on or our"
        " please so that the there they this to us very was we were with all everything it's isn't"
        " that's gate item task already completely fully"
    ),
    (
        "في من على إلى عن هذا هذه ذلك تلك هو هي كان كانت قد لقد مع كل الآن يوجد توجد بعد قبل أن"
        " إن ما لم لن سوف جدا بالفعل تماما بالكامل بوابة المهمة غير بدون شيء و أو ثم"
    ),
)


def words_of(text: str) -> list[str]:
    """Return the words of a text in the form in which they are compared."""
    folded = comparison_form(text).replace("'", "").replace("\u2019", "")
    parts = "".join(char if char.isalnum() else " " for char in folded)
    return parts.split()


EMPTY_WORDS = frozenset(
    word
    for phrases in (*(words for said in PLACEHOLDERS.values() for words in said), *LINKING)
    for word in words_of(phrases)
)
# Beside the gate's own words, “here” and “attached” say where.
WITHOUT_PLACE = EMPTY_WORDS - {word for said in PLACEHOLDERS[ELSEWHERE] for word in words_of(said)}


def is_empty_word(word: str, empty: frozenset[str] = EMPTY_WORDS) -> bool:
    """Return whether a word says nothing; in Arabic also with “and” or the article before it."""
    bare = word.removeprefix("و")
    return any(each in empty or each.removeprefix("ال") in empty for each in (word, bare))
