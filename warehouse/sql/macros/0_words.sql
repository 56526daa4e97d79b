-- What search takes for a word is told here once, for texts and for what people look for. Words are runs of letters,
-- marks and digits, without regard to case; ligatures and wide letters are the plain ones. What is written without
-- spaces between words (Chinese, Japanese, Thai …) is cut into pairs of neighbouring signs.
CREATE OR REPLACE MACRO folded(words) AS
    lower(CASE
        WHEN regexp_matches(words, '[\p{M}\x{1100}-\x{11ff}\x{ff00}-\x{ffef}ßẞςﬀ-ﬆĳĲŀĿŉﾞﾟ]') THEN
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
        regexp_replace(
            folded(words),
            '([\p{Han}\p{Hiragana}\p{Katakana}ー\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]+)', ' \1 ', 'g'
        ),
        '[^\p{L}\p{M}\p{N}]+', ' ', 'g'
    ));
COMMENT ON MACRO spaced IS 'The words of a text, folded, with one space between two';

CREATE OR REPLACE MACRO words_in(spaced_words) AS
    CASE
        WHEN regexp_matches(spaced_words, '[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]') THEN
            flatten(list_transform(
                string_split(spaced_words, ' '),
                lambda word: CASE
                    WHEN
                        length(word) > 2
                        AND regexp_matches(word, '[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]')
                        THEN list_transform(range(1, length(word)), lambda place: substring(word, place, 2))
                    ELSE [word]
                END
            ))
        ELSE string_split(spaced_words, ' ')
    END;
COMMENT ON MACRO words_in IS 'The list of words that the index knows, of a text that is spaced';

CREATE OR REPLACE MACRO has_phrase(words, spaced_phrase) AS
    CASE
        WHEN regexp_matches(spaced_phrase, '[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]')
            THEN contains(spaced(coalesce(words, '')), spaced_phrase)
        ELSE contains(' ' || spaced(coalesce(words, '')) || ' ', ' ' || spaced_phrase || ' ')
    END;
COMMENT ON MACRO has_phrase IS 'Whether a text has words in this order, one after the other';

-- Parts of a pattern: the words sought, and what must stand before and after them where words have spaces between them.
CREATE OR REPLACE MACRO sought_pattern(sought) AS
    coalesce(
        nullif(
            array_to_string(
                list_filter(
                    string_split(spaced(regexp_replace(sought, '(?i)\btitle:', ' ', 'g')), ' '), lambda word: word <> ''
                ),
                '|'
            ),
            ''
        ),
        '[^\s\S]'
    );
COMMENT ON MACRO sought_pattern IS 'A pattern of the words of a question to search';

CREATE OR REPLACE MACRO edge(words, pattern) AS
    CASE
        WHEN regexp_matches(words, '[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]') THEN ''
        ELSE pattern
    END;
COMMENT ON MACRO edge IS 'A pattern for what stands around words, unless they are written without spaces between them';

CREATE OR REPLACE MACRO snippet(words, sought) AS
    trim(replace(regexp_replace(
        regexp_replace(
            ' ' || coalesce(
                nullif(
                    regexp_extract(
                        words,
                        '(?is)' || edge(sought, '(?:^|\s)') || '.{0,80}' || edge(sought, '(?:^|[^\p{L}\p{M}\p{N}])')
                        || '(?:' || sought_pattern(sought) || ')' || edge(sought, '(?:$|[^\p{L}\p{M}\p{N}])')
                        || '.{0,140}' || edge(sought, '(?:\s|$)')
                    ),
                    ''
                ),
                substring(words, 1, 200)
            ) || ' ',
            '\s+', '  ', 'g'
        ),
        '(?i)(' || edge(sought, '[^\p{L}\p{M}\p{N}]') || ')(' || sought_pattern(sought) || ')('
        || edge(sought, '[^\p{L}\p{M}\p{N}]') || ')',
        '\1**\2**\3', 'g'
    ), '  ', ' '));
COMMENT ON MACRO snippet IS 'The stretch of a text around the first word of a question to search, the words between ** and **';
