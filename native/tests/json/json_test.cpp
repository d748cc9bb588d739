// The reader of JSON: values by hand, everything malformed refused with its place, bounds on depth, size and time.
#include "engine/files/json.h"

#include <gtest/gtest.h>

namespace llmsys {
namespace {

std::string refusal(std::string_view text, const JsonLimits& limits = {}) {
    try {
        Json::parse(text, "x.json", limits);
    } catch (const Error& e) {
        EXPECT_EQ(LLS_FILE, e.status());
        return e.what();
    }
    return "";
}

TEST(Json, ReadsValuesOfEveryKind) {
    Json json = Json::parse("\xEF\xBB\xBF {\"a\": [1, -2.5, 1e3, true, false, null], \"b\": {\"c\": \"d\"}, \"e\": {}, \"f\": []} \n", "x.json");
    JsonValue root = json.root();
    EXPECT_EQ(4, root.size());
    JsonValue a = root.get("a");
    EXPECT_EQ(6, a.size());
    EXPECT_EQ(1, a.at(0).whole(0, 9));
    EXPECT_EQ(-2.5, a.at(1).number());
    EXPECT_EQ(1000, a.at(2).whole(0, 1000));
    EXPECT_TRUE(a.at(3).flag());
    EXPECT_FALSE(a.at(4).flag());
    EXPECT_TRUE(a.at(5).absent());
    EXPECT_EQ(JsonKind::Absent, a.at(6).kind());
    EXPECT_EQ("d", root.get("b").get("c").text());
    EXPECT_EQ(0, root.get("e").size());
    EXPECT_TRUE(root.get("nothing").absent());
    EXPECT_EQ("otherwise", root.get("nothing").textOr("otherwise"));
    std::string keys;
    for (JsonMember member : root.members()) {
        keys += member.key;
    }
    EXPECT_EQ("abef", keys);
    int count = 0;
    for (JsonValue each : a.elements()) {
        count += each.isNumber() ? 1 : 0;
    }
    EXPECT_EQ(3, count);
}

TEST(Json, NumbersAreExact) {
    Json json = Json::parse("[0, -0, 9007199254740993, 123456789012345678, 1234567890123456789012, 0.1, 1e-320, 1.7976931348623157e308, 3.0]",
                            "x.json");
    JsonValue root = json.root();
    EXPECT_EQ(0, root.at(0).whole(0, 0));
    EXPECT_EQ(9007199254740993, root.at(2).whole(0, INT64_MAX));
    EXPECT_EQ(123456789012345678, root.at(3).whole(0, INT64_MAX));
    EXPECT_EQ(1234567890123456789012.0, root.at(4).number());
    EXPECT_EQ(0.1, root.at(5).number());
    EXPECT_EQ(1.7976931348623157e308, root.at(7).number());
    EXPECT_EQ(3, root.at(8).whole(3, 3));
    EXPECT_THROW(root.at(4).whole(0, INT64_MAX), Error);
    EXPECT_THROW(root.at(5).whole(0, 9), Error);
    EXPECT_THROW(root.at(0).whole(1, 9), Error);
}

TEST(Json, TextsKeepEveryCharacter) {
    Json json = Json::parse("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\", \"\\u0041\\u00e9\\u2581\\ud83d\\ude00\", \"h\u00e9 \u2581 \U0001F600\", \"\\u0000\"]",
                            "x.json");
    EXPECT_EQ("\"\\/\b\f\n\r\t", json.root().at(0).text());
    EXPECT_EQ("A\u00e9\u2581\U0001F600", json.root().at(1).text());
    EXPECT_EQ("h\u00e9 \u2581 \U0001F600", json.root().at(2).text());
    EXPECT_EQ(std::string_view("\0", 1), json.root().at(3).text());
}

TEST(Json, MalformedTextsAreRefusedWithTheirPlace) {
    for (const char* text : {"", " ", "{", "[", "[1", "[1,", "[1,]", "[,1]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{'a':1}", "[1 2]", "1 2",
            "[1]]", "}",
                             "nul", "tru", "+1", "01", "-", "1.", ".5", "1e", "1e+", "0x1", "NaN", "Infinity", "1e999", "\"", "\"a", "\"\\x\"",
                                     "\"\\u12\"",
                             "\"\\u12g4\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\n\"", "\"\x80\"", "\"\xc0\xaf\"",
                                     "\"\xed\xa0\x80\"",
                             "\"\xf4\x90\x80\x80\"", "\"\xe2\x96\"", "// c\n1", "[1]/**/", "\"\xff"}) {
        EXPECT_NE(std::string::npos, refusal(text).find("at byte ")) << text;
        EXPECT_NE(std::string::npos, refusal(text).find("x.json")) << text;
    }
}

TEST(Json, AKeyThatStandsTwiceIsRefused) {
    EXPECT_NE(std::string::npos, refusal("{\"a\": 1, \"b\": {\"c\": 1}, \"a\": 2}").find("\"a\""));
    EXPECT_NE(std::string::npos, refusal("{\"\\u0061\": 1, \"a\": 2}").find("twice"));
    EXPECT_EQ("", refusal("{\"a\": {\"a\": 1}, \"b\": {\"a\": 1}}"));
}

TEST(Json, BoundsHold) {
    std::string deep(64, '[');
    EXPECT_EQ("", refusal(deep + std::string(64, ']')));
    EXPECT_NE(std::string::npos, refusal("[" + deep + std::string(65, ']')).find("64 deep"));
    EXPECT_NE(std::string::npos, refusal(std::string(1 << 20, '[')).find("deep"));
    JsonLimits few;
    few.values = 3;
    EXPECT_EQ("", refusal("[1,2]", few));
    EXPECT_NE(std::string::npos, refusal("[1,2,3]", few).find("more than 3"));
    few.bytes = 4;
    EXPECT_NE(std::string::npos, refusal("[1,2]", few).find("5 bytes"));
    EXPECT_NE(std::string::npos, refusal(std::string(500, '1')).find("500 characters"));
}

TEST(Json, WrongTypesNameTheField) {
    Json json = Json::parse("{\"layers\": \"many\"}", "config.json");
    try {
        json.root().get("layers").whole(1, 9);
        FAIL();
    } catch (const Error& e) {
        EXPECT_STREQ("error: cannot read config.json\nwhy: the field \"layers\" is not a number\nfix: give the file that belongs to the model",
                     e.what());
    }
    EXPECT_THROW(json.root().get("heads").whole(1, 9), Error);
    EXPECT_THROW(json.root().text(), Error);
    EXPECT_THROW(json.root().elements(), Error);
    EXPECT_THROW(json.root().get("layers").get("x"), Error);
    EXPECT_THROW(json.root().get("layers").flag(), Error);
}

TEST(Json, EveryBeginningOfADocumentIsRefusedOrWhole) {
    std::string text = "{\"a\": [1, -2.5e3, true, null, \"\\u00e9\\ud83d\\ude00 h\u00e9\"], \"b\": {\"c\": \"d\"}}";
    for (size_t length = 0; length < text.size(); length++) {
        EXPECT_NE("", refusal(std::string_view(text).substr(0, length))) << length;
    }
    for (size_t at = 0; at < text.size(); at++) {               // any byte may be anything
        for (int byte = 0; byte < 256; byte++) {
            std::string changed = text;
            changed[at] = static_cast<char>(byte);
            refusal(changed);
        }
    }
}

TEST(Json, AMillionValuesAndKeysTakeLinearTime) {
    std::string text = "{";
    for (int i = 0; i < 500000; i++) {
        text += (i > 0 ? ",\"k" : "\"k") + std::to_string(i) + "\":" + std::to_string(i);
    }
    Json json = Json::parse(text + "}", "x.json");
    EXPECT_EQ(500000, json.root().size());
    int64_t sum = 0;
    for (JsonMember member : json.root().members()) {
        sum += member.value.whole(0, 500000);
    }
    EXPECT_EQ(int64_t{500000} * 499999 / 2, sum);
}

}  // namespace
}  // namespace llmsys
