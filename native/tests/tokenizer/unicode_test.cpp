// Characters: categories at places that matter, UTF-8 that is damaged, canonical composition.
#include "engine/tokenizer/unicode/unicode.h"

#include <gtest/gtest.h>

#include "engine/tokenizer/unicode/normal_form.h"

namespace llmsys {
namespace {

using namespace characters;

TEST(Unicode, ClassesOfCharacters) {
    EXPECT_EQ(LETTER | UPPER, classOf('A'));
    EXPECT_EQ(LETTER | LOWER, classOf('z'));
    EXPECT_EQ(LETTER | UPPER, classOf(0x1C5));                  // titlecase
    EXPECT_EQ(LETTER | UPPER | LOWER, classOf(0x4E2D));         // no case
    EXPECT_EQ(LETTER | LOWER, classOf(0x10428));
    EXPECT_EQ(UPPER | LOWER | MARK, classOf(0x301));
    EXPECT_EQ(NUMBER, classOf('0'));
    EXPECT_EQ(NUMBER, classOf(0xB2));
    EXPECT_EQ(NUMBER, classOf(0x2167));
    EXPECT_EQ(SPACE | NEWLINE, classOf('\n'));
    for (uint32_t c : {0x9, 0xB, 0xC, 0x20, 0x85, 0xA0, 0x1680, 0x2000, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000}) {
        EXPECT_EQ(SPACE, classOf(c)) << c;
    }
    for (uint32_t c : {0x0, 0x1F, 0x200B, 0xFEFF, 0x378, 0xE000, 0x10FFFF}) {
        EXPECT_EQ(0u, classOf(c)) << c;
    }
    EXPECT_EQ(PUNCTUATION, classOf('!'));
    EXPECT_EQ(SYMBOL, classOf('+'));
    EXPECT_EQ(SYMBOL, classOf(0x1F600));
    EXPECT_TRUE(isWordCharacter('_'));
    EXPECT_TRUE(isWordCharacter(0x24B6));
    EXPECT_FALSE(isWordCharacter('-'));
    EXPECT_FALSE(isWordCharacter(Character::INVALID));
}

TEST(Unicode, DamagedBytesStandForThemselves) {
    for (const char* text : {"\x80", "\xC0\xAF", "\xC1\x81", "\xC3", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80", "\xF4\x90\x80\x80",
            "\xF8\x88\x80\x80", "\xE2\x96"}) {
        Character first = characterAt(text, 0);
        EXPECT_EQ(Character::INVALID, first.value) << text;
        EXPECT_EQ(1u, first.length);
        EXPECT_FALSE(isUtf8(text));
    }
    EXPECT_TRUE(isUtf8("a\u00e9\u2581\U0001F600"));
    for (uint32_t c = 0; c < 0x110000; c += c < 0x1000 ? 1 : 97) {
        if (c < 0xD800 || c >= 0xE000) {
            std::string text;
            appendCharacter(text, c);
            ASSERT_EQ(c, characterAt(text, 0).value);
            ASSERT_EQ(text.size(), characterAt(text, 0).length);
            ASSERT_EQ(c, characterBefore(text, text.size()).value);
        }
    }
}

TEST(NormalForm, Composes) {
    EXPECT_EQ("\u00e9", composed("e\u0301"));
    EXPECT_EQ("\u1e69", composed("s\u0307\u0323"));             // marks sort by class first
    EXPECT_EQ("\u1e69", composed("\u1e61\u0323"));
    EXPECT_EQ("\uac01", composed("\u1100\u1161\u11a8"));        // Hangul
    EXPECT_EQ("\uac01\u11a8", composed("\uac00\u11a8\u11a8"));
    EXPECT_EQ("\u03a9", composed("\u2126"));                    // a singleton
    EXPECT_EQ("\u0915\u093c", composed("\u0958"));              // excluded from composition
    EXPECT_EQ("\u0308\u0301", composed("\u0344"));            // begins with a mark
    EXPECT_EQ("\u00e1\u0300", composed("a\u0301\u0300"));     // of equal class only the first composes
    EXPECT_EQ("e\xFF\u0301", composed("e\xFF\u0301"));          // a damaged byte stays and parts
    EXPECT_EQ("", composed(""));
    EXPECT_TRUE(isPlainlyComposed("caf\u00e9"));
}

}  // namespace
}  // namespace llmsys
