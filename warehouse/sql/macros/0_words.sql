-- What search takes for a word is told here once, for texts and for what people look for. Words are what stands between
-- spaces, signs and punctuation, without regard to case; ligatures and wide letters are the plain ones. What is written
-- without spaces between words (Chinese, Japanese, Thai …) is cut into pairs of neighbouring signs. The signs are listed
-- as ranges: a pattern of \p{…} takes milliseconds to compile, and there are several in every question.
CREATE OR REPLACE MACRO folded(words) AS
    lower(CASE
        WHEN regexp_matches(words, '[\x{df}\x{300}-\x{36f}\x{3c2}\x{591}-\x{11ff}\x{1e9e}\x{3099}\x{309a}\x{fb00}-\x{fb06}\x{ff00}-\x{ff65}]') THEN
            translate(
                replace(replace(replace(replace(replace(replace(replace(replace(
                    nfc_normalize(words), 'ẞ', 'ss'), 'ß', 'ss'), 'ﬀ', 'ff'), 'ﬁ', 'fi'), 'ﬂ', 'fl'), 'ﬃ', 'ffi'), 'ﬄ', 'ffl'), 'ﬆ', 'st'),
                'ς０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ',
                'σ0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
            )
        ELSE words
    END);
COMMENT ON MACRO folded IS 'A text without regard to case and to the form of its letters';

CREATE OR REPLACE MACRO spaced(words) AS
    trim(regexp_replace(
        regexp_replace(folded(words), '([\x{e00}-\x{eff}\x{1000}-\x{109f}\x{1780}-\x{17ff}\x{3040}-\x{30fa}\x{30fc}-\x{30ff}\x{3400}-\x{4dbf}\x{4e00}-\x{9fff}\x{f900}-\x{faff}\x{20000}-\x{3ffff}]+)', ' \1 ', 'g'),
        '[\x{00}-/:-@\[-`{-\x{a9}\x{ab}-\x{b1}\x{b4}\x{b6}-\x{b8}\x{bb}\x{bf}\x{d7}\x{f7}\x{37e}\x{387}\x{55a}-\x{55f}\x{589}\x{58a}\x{5be}\x{5c0}\x{5c3}\x{5f3}\x{5f4}\x{60c}\x{61b}-\x{61f}\x{66a}-\x{66d}\x{6d4}\x{964}\x{965}\x{e3f}\x{2000}-\x{206f}\x{20a0}-\x{20cf}\x{2190}-\x{245f}\x{2500}-\x{2775}\x{2794}-\x{2bff}\x{2e00}-\x{2e7f}\x{3000}-\x{3004}\x{3008}-\x{3020}\x{3030}\x{30fb}\x{e000}-\x{f8ff}\x{fe10}-\x{fe6f}\x{ff00}-\x{ff0f}\x{ff1a}-\x{ff20}\x{ff3b}-\x{ff40}\x{ff5b}-\x{ff65}\x{ffe0}-\x{ffff}\x{1f000}-\x{1faff}]+',
        ' ', 'g'
    ));
COMMENT ON MACRO spaced IS 'The words of a text, folded, with one space between two';

CREATE OR REPLACE MACRO is_unspaced(words) AS
    regexp_matches(words, '[\x{e00}-\x{eff}\x{1000}-\x{109f}\x{1780}-\x{17ff}\x{3040}-\x{30fa}\x{30fc}-\x{30ff}\x{3400}-\x{4dbf}\x{4e00}-\x{9fff}\x{f900}-\x{faff}\x{20000}-\x{3ffff}]');
COMMENT ON MACRO is_unspaced IS 'Whether some of it is written without spaces between words';

CREATE OR REPLACE MACRO words_in(spaced_words) AS
    CASE
        WHEN is_unspaced(spaced_words) THEN flatten(list_transform(
            string_split(spaced_words, ' '),
            lambda word: CASE
                WHEN length(word) > 2 AND is_unspaced(word)
                    THEN list_transform(range(1, length(word)), lambda place: substring(word, place, 2))
                ELSE [word]
            END
        ))
        ELSE string_split(spaced_words, ' ')
    END;
COMMENT ON MACRO words_in IS 'The list of words that the index knows, of a text that is spaced';
