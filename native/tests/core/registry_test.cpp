// The registry offers by ranking what the processor can run, honours a choice, gives it back, and refuses what is not there by name.
#include <gtest/gtest.h>

#include <string>

#include "engine/core/error.h"
#include "engine/core/registry.h"

using namespace llmsys;

namespace {

struct Nothing {};

Implementation of(const char* name, int ranking, bool usable = true) {
    Implementation made;
    made.slot = "test-slot";
    made.algorithm = "test";
    made.name = name;
    made.ranking = ranking;
    made.usable = usable;
    made.kernel = std::make_shared<Nothing>();
    return made;
}

class RegistryTest : public testing::Test {
protected:
    void SetUp() override {
        registry.add(of("plain", 0));
        registry.add(of("fast", 50));
        registry.add(of("elsewhere", 90, false));
    }
    void TearDown() override {
        registry.use("test-slot", "auto");
        for (const Implementation& each : registry.list()) {
            if (each.slot == "test-slot") {
                registry.remove(each.slot, each.name);
            }
        }
    }
    std::string serving() { return registry.serving("test-slot", "test")->name; }
    std::string refused(const std::string& slot, const std::string& name) {
        try {
            registry.use(slot, name);
        } catch (const Error& e) {
            return e.what();
        }
        return "accepted";
    }
    Registry& registry = Registry::process();
};

}  // namespace

TEST_F(RegistryTest, TheHighestRankingThatCanRunServes) { EXPECT_EQ(serving(), "fast"); }

TEST_F(RegistryTest, AChoiceServesUntilItIsGivenBack) {
    registry.use("test-slot", "plain");
    EXPECT_EQ(serving(), "plain");
    registry.add(of("faster", 70));
    EXPECT_EQ(serving(), "plain");
    registry.use("test-slot", "auto");
    EXPECT_EQ(serving(), "faster");
}

TEST_F(RegistryTest, WhoHoldsAnImplementationKeepsItWhenItIsTakenBack) {
    auto held = registry.serving("test-slot", "test");
    registry.remove("test-slot", "fast");
    EXPECT_EQ(held->name, "fast");
    EXPECT_EQ(serving(), "plain");
}

TEST_F(RegistryTest, AnAbsentChoiceFallsBackAndServesAgainWhenItReturns) {
    registry.use("test-slot", "plain");
    registry.remove("test-slot", "plain");
    EXPECT_EQ(serving(), "fast");
    registry.add(of("plain", 0));
    EXPECT_EQ(serving(), "plain");
}

TEST_F(RegistryTest, MessagesNameWhatThereIs) {
    EXPECT_NE(refused("test-slot", "nobody").find("it has plain, fast, elsewhere"), std::string::npos) << refused("test-slot", "nobody");
    EXPECT_NE(refused("no-slot", "nobody").find("there is no slot no-slot"), std::string::npos);
    EXPECT_NE(refused("test-slot", "elsewhere").find("cannot run here"), std::string::npos);
    EXPECT_THROW(registry.add(of("plain", 1)), Error);
    EXPECT_THROW(registry.serving("test-slot", "other"), Error);
}
