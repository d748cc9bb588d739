#include "engine/core/builtin.h"
#include "engine/embedding/lookup.h"

namespace llmsys {

void registerEmbedding(Registry& registry) {
    registry.add({"embedding", "lookup", "lookup", "copy, add n-ascending", "copies a row of the table for each id", "", 0, true, lookup()});
    registry.add({"embedding", "lookup", "lookup-threaded", "copy, add n-ascending",
                  "rows over threads, gradients in strips of columns",
                  "", 10, true, threadedLookup()});
}

}  // namespace llmsys
