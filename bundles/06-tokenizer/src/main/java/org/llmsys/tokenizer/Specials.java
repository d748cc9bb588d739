package org.llmsys.tokenizer;

/** What special tokens mean when they stand in a text. */
public enum Specials {

    /** They become their id, and a tokenizer that adds some at the ends of a text does so. */
    RECOGNIZED,
    /** They are ordinary text, and none is added. */
    IGNORED,
    /** Their presence is an error. */
    REFUSED
}
