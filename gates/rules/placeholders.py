"""What people write where a proof should stand, in English and in Arabic.

Each row is one thing that is said, with its words and phrases in both languages. A text that is
made of nothing but these words, in any order, says nothing: see `evidence_text_errors`.
"""

import re

from .text import comparison_form

ELSEWHERE = "see elsewhere"

# What is meant → (in English, in Arabic). Commas part the phrases.
PLACEHOLDERS: dict[str, tuple[str, str]] = {
    "to be decided": (
        (
            "tbd, tba, tbc, to be determined, to be added, to be confirmed, to be done, to be"
            " provided, to be written, to be filled in"
        ),
        (
            "يحدد لاحقا, سيحدد لاحقا, سيضاف لاحقا, سيتم تحديده, سيتم الإضافة, يضاف لاحقا, سيرفق"
            " لاحقا, سيتم الإرفاق, سيكتب لاحقا"
        ),
    ),
    "to do": ("todo, to do, fixme, xxx, xx", "للعمل, يجب عمله, مطلوب عمله, مهمة"),
    "not applicable": (
        "na, n/a, not applicable, irrelevant, not required, not needed, unnecessary",
        "لا ينطبق, غير منطبق, غير مطلوب, غير ضروري, لا حاجة, لا داعي",
    ),
    "not available": ("not available, unavailable, missing", "غير متاح, غير متوفر, مفقود"),
    "nothing": (
        "none, nil, null, nothing, empty, blank, undefined, nan, no comment",
        "لا شيء, فارغ, فراغ, خال, لا تعليق, بدون تعليق",
    ),
    "no evidence": (
        "no evidence, there is no evidence, no proof, without proof, evidence, proof",
        "لا يوجد دليل, لا توجد أدلة, لا يوجد, بدون دليل, دليل, إثبات, بلا إثبات, الأدلة",
    ),
    "pending": (
        (
            "pending, waiting, wip, in progress, work in progress, on hold, in review, under"
            " review, waiting for approval, blocked, not started"
        ),
        (
            "معلق, معلقة, قيد الانتظار, بانتظار, في انتظار الرد, قيد التنفيذ, قيد العمل, جار العمل,"
            " قيد المراجعة, تحت المراجعة, بانتظار الموافقة, متوقف, لم يبدأ"
        ),
    ),
    "later": (
        "later, soon, not yet, tomorrow, coming soon, to follow, will follow, will do, will add",
        "لاحقا, قريبا, ليس بعد, لم يتم بعد, غدا, إن شاء الله, بإذن الله, سيتبع, سأضيفه",
    ),
    "done": (
        ("done, finished, complete, completed, closed, fixed, all done, is done, resolved,"
        " ready, implemented, deployed, live, in place, exists, handled, sorted, taken care of,"
        " achieved, we did it, ready to go, good to go, all set, ready for launch"),
        ("تم, تمت, منجز, منجزة, أنجز, انتهى, مكتمل, مكتملة, اكتمل, مغلق, أغلق, تم الإغلاق, تم الحل,"
        " تم العمل عليه, تم الإنجاز, تم إنجازه, تم التنفيذ, تم تنفيذه, تم إغلاقها, تم الانتهاء منه,"
        " منتهي, منتهية, منته, محلول, جاهز, جاهزة, جاهزون, جاهز للإطلاق, خلص, خلصنا, خلاص, موجود,"
        " موجودة"),
    ),
    "passed": (
        "passed, pass, success, successful, successfully done, succeeded",
        "نجح, نجحت, ناجح, ناجحة, نجاح, تم بنجاح, تم بحمد الله, الحمد لله",
    ),
    "the gate is met": (
        "met, satisfied, fulfilled, requirements met, criteria met, definition of done met, dod",
        "مستوفى, مستوفاة, مستوفي الشروط, تم استيفاء الشروط, تعريف الإنجاز, تحقق",
    ),
    "no problem": (
        "no problem, no problems, no issue, no issues",
        "لا مشكلة, لا مشاكل, لا توجد مشاكل",
    ),
    "guess": (
        "should work, should be fine, probably, maybe, perhaps, i think so, i think it works",
        "ربما, أظن, أعتقد ذلك, أظن أنه يعمل, من المفترض",
    ),
    "one's word": (
        "trust me, believe me, as discussed, as agreed, as per discussion",
        "صدقني, ثق بي, كما اتفقنا, حسب الاتفاق, حسب النقاش",
    ),
    "ok": (
        ("ok, okay, o.k., yes, sure, fine, good, great, all good, lgtm, looks good to me, looks ok,"
        " looks fine, perfect, alright, yep, yeah, yup, true, correct, right, nice, cool"),
        ("نعم, حسنا, جيد, جيدة, تمام, ممتاز, كل شيء جيد, كل شيء تمام, كله تمام, يبدو جيدا, طيب,"
        " أوكي, أوك, حاضر, أكيد, طبعا, صح, صحيح, مؤكد, مظبوط"),
    ),
    "it works": (
        "it works, works, working, it is working, works for me, works as expected, works fine",
        "يعمل, تعمل, إنه يعمل, شغال, يعمل بشكل جيد, يعمل كما هو متوقع, يعمل لدي",
    ),
    "checked": (
        "checked, verified, confirmed, tested, approved, i checked it, i tested it, reviewed",
        ("تم التحقق, تحققت, تم الفحص, تم فحصه, فحصت, تم التأكد, تم التأكيد, تأكدت, تم الاختبار,"
        " اختبرت, تمت المراجعة, راجعت, موافق, تمت الموافقة, معتمد, معتمدة, تم الاعتماد, مقبول"),
    ),
    "test": ("test, testing, test test", "اختبار, تجربة, تجريب, تيست"),
    ELSEWHERE: (
        ("see, here, see above, see below, above, below, see the link, see link, see attached,"
        " see attachment, see file, see notes, see the output, see output, as above, see comment,"
        " see comments, see thread, see ticket, see doc, see docs, screenshot, see screenshot,"
        " see picture, click here, http, https, www"),
        ("انظر, هنا, هناك, انظر أعلاه, انظر أدناه, أعلاه, أدناه, رابط, انظر الرابط, انظر المرفق,"
        " مرفق, مرفقة, راجع المرفق, انظر الملف, انظر الملاحظات, انظر المخرجات, كما سبق, انظر"
        " التعليق, صورة, انظر الصورة, لقطة شاشة, صورة الشاشة, اضغط هنا"),
    ),
    "same": ("same, ditto, as before, same as above", "نفسه, نفس الشيء, كما هو, مثله"),
    "yes, no": (
        "no, not, unknown, don't know, no idea, no clue, idk, dunno",
        "لا, ليس, مجهول, غير معروف, لا أعرف, لا أدري, ما أدري, مدري",
    ),
    "filler": (
        ("lorem, ipsum, lorem ipsum dolor sit amet, lipsum, placeholder, foo, bar, baz, asdf,"
        " asdfgh, asdfasdf, qwerty, qwertyuiop, abc, abcd, xyz, lol, blah, bla, br, nbsp, text,"
        " summary, some text, your text, dummy, sample, example, fill in, fill me in, insert proof,"
        " enter text, proof goes here"),
        "نص, نص بديل, نص تجريبي, أي شيء, كذا, بلا بلا, ملخص, أبجد, لول, اكتب هنا, مثال",
    ),
}  # fmt: skip
# Words between the words: they add nothing by themselves.
LINKING = (
    (
        "a an and are as at been be by for from has have i in is it its just me my now of on or our"
        " please pls so that the there they this to us very was we were with all everything it's"
        " isn't that's gate item task already completely fully"
    ),
    (
        "في من على إلى عن هذا هذه ذلك تلك هو هي كان كانت قد لقد مع كل الآن يوجد توجد بعد قبل أن"
        " إن ما لم لن سوف جدا بالفعل تماما بالكامل بوابة المهمة غير بدون شيء و أو ثم"
    ),
)


_DRAWN_OUT = re.compile(r"(\w)\1{2,}")


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
# A date by itself is no proof, also in words.
DATES = frozenset(
    words_of(
        "january february march april may june july august september october november december"
        " jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday"
        " saturday sunday today yesterday now recently"
        " يناير فبراير مارس أبريل إبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر محرم صفر"
        " ربيع جمادى رجب شعبان رمضان شوال السبت الأحد الاثنين الإثنين الثلاثاء الأربعاء الخميس"
        " الجمعة اليوم أمس الآن مؤخرا يوم"
    )
)
# Beside the gate's own words, “here” and “attached” say where.
WITHOUT_PLACE = EMPTY_WORDS - {word for said in PLACEHOLDERS[ELSEWHERE] for word in words_of(said)}


def is_empty_word(word: str, empty: frozenset[str] = EMPTY_WORDS) -> bool:
    """Return whether a word says nothing.

    In Arabic also with “and” or the article before it; in any language also drawn out (“okkkk”).
    """
    short = _DRAWN_OUT.sub(r"\1", word)
    forms = {word, short, word.removeprefix("و"), short.removeprefix("و")}
    return any(each in empty or each.removeprefix("ال") in empty for each in forms)
