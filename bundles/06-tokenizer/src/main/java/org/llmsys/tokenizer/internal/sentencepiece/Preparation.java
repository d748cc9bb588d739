package org.llmsys.tokenizer.internal.sentencepiece;

import java.util.List;

import com.google.gson.JsonElement;

/** How a text is brought into the form of the pieces: in the way of SentencePiece, or of Hugging Face. */
sealed interface Preparation {

    /** @param map the compiled character map, or null */
    record SentencePiece(Spacing spacing, CharacterMap map) implements Preparation {
    }

    /**
     * @param normalizers   steps before normalized added tokens are looked for
     * @param preTokenizers steps after
     * @param normalizer    the file's words for the first, to be written again
     * @param preTokenizer  the same for the second
     * @param decoder       the file's decoder
     */
    record HuggingFace(List<TextStep> normalizers, List<TextStep> preTokenizers, JsonElement normalizer, JsonElement preTokenizer,
            JsonElement decoder) implements Preparation {
    }
}
