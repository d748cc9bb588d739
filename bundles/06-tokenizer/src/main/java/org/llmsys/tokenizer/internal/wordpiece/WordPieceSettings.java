package org.llmsys.tokenizer.internal.wordpiece;

import java.util.List;

import org.llmsys.assembly.Problem;

/**
 * What a WordPiece tokenizer does beside its vocabulary.
 *
 * @param normalizer    what happens to the text first
 * @param before        special tokens put before every text, such as {@code [CLS]}; none or more
 * @param after         special tokens put after every text, such as {@code [SEP]}
 * @param unknown       the token of a word that cannot be made of pieces
 * @param prefix        what marks pieces inside a word
 * @param maxCharacters a word longer than this is unknown
 * @param cleanup       whether decoding removes the blank before a mark
 */
record WordPieceSettings(BertNormalizer normalizer, List<String> before, List<String> after, String unknown, String prefix, int maxCharacters,
        boolean cleanup) {

    static final String UNKNOWN = "[UNK]";
    static final String BEGIN = "[CLS]";
    static final String END = "[SEP]";
    static final String PREFIX = "##";
    /** The special tokens BERT has, in the order a trained vocabulary begins with. */
    static final List<String> SPECIALS = List.of("[PAD]", UNKNOWN, BEGIN, END, "[MASK]");
    static final int MAX_CHARACTERS = 100;

    /** BERT's settings, with {@code [CLS]} and {@code [SEP]} around a text or without. */
    static WordPieceSettings bert(BertNormalizer normalizer, boolean ends) {
        return new WordPieceSettings(normalizer, ends ? List.of(BEGIN) : List.of(), ends ? List.of(END) : List.of(), UNKNOWN, PREFIX,
                MAX_CHARACTERS, true);
    }

    /** @throws Problem that names what {@code file}, which holds tokens only, cannot say of these settings */
    void requireBert(String file) {
        if (!prefix.equals(PREFIX)) {
            throw cannotSay(file, "that pieces inside a word are marked by \"" + prefix + "\"");
        }
        if (maxCharacters != MAX_CHARACTERS) {
            throw cannotSay(file, "that words of more than " + maxCharacters + " characters are unknown");
        }
        if (!cleanup) {
            throw cannotSay(file, "that decoding keeps the blank before a mark");
        }
    }

    static Problem cannotSay(String file, String what) {
        return Problem.failed("cannot write the tokenizer", file + " cannot say " + what, "write it as tokenizer.json");
    }
}
