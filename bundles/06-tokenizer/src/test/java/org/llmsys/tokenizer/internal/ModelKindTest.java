package org.llmsys.tokenizer.internal;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelKindTest {

    @Test
    @DisplayName("the type counts wherever it stands in the model, and only there")
    void type() {
        String json = "{\"version\": \"1.0\", \"type\": \"WordPiece\", \"decoder\": {\"type\": \"WordPiece\"}, \"model\": {\"vocab\": {\"type\": 0}, \"type\": \"BPE\"}}";
        assertTrue(ModelKind.isOther(json, "WordPiece"));
        assertFalse(ModelKind.isOther(json, "BPE"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[", "7", "{\"model\": 7}", "{\"model\": {\"type\": 7}}", "{\"model\": {}}", "{\"a\": [[[", "{\"model\": {\"vocab\": {"})
    @DisplayName("a file that names no type is nobody else's yet")
    void none(String json) {
        assertFalse(ModelKind.isOther(json, "BPE"));
    }
}
