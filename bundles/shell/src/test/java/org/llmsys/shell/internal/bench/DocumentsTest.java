package org.llmsys.shell.internal.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class DocumentsTest {

    @Test
    @DisplayName("a text is cut after lines, put together again it is the text, and its bytes are those of UTF-8")
    void lines() {
        String text = "a line with ü\n".repeat(5000) + "the end";
        Documents documents = Documents.cut(text, Integer.MAX_VALUE);
        assertEquals(text, String.join("", documents.texts()));
        assertEquals(75_007, documents.bytes());
        assertEquals(5, documents.texts().size());
        for (String document : documents.texts().subList(0, 4)) {
            assertTrue(document.endsWith("\n") && document.length() >= Documents.LENGTH && document.length() < Documents.LENGTH + 14, document);
        }
    }

    @Test
    @DisplayName("without lines it is cut before a blank, without blanks anywhere but inside a character")
    void noLines() {
        String words = "abcdef ".repeat(6000);
        Documents.cut(words, Integer.MAX_VALUE).texts().stream().skip(1).forEach(text -> assertTrue(text.startsWith(" abcdef"), text.substring(0, 9)));
        String astral = "x" + "\uD83D\uDE00".repeat(40_000);
        Documents documents = Documents.cut(astral, Integer.MAX_VALUE);
        assertEquals(astral, String.join("", documents.texts()));
        documents.texts().stream().skip(1).forEach(text -> assertTrue(Character.isHighSurrogate(text.charAt(0))));
    }

    @Test
    @DisplayName("of a long text every so manieth document is taken, of a short one all; a short one can be repeated")
    void some() {
        String text = "0123456789abcde\n".repeat(100 * 1024);                      // 100 documents of 16,384 characters
        Documents documents = Documents.cut(text, 1_000_000);
        assertEquals(61, documents.texts().size());
        assertEquals(List.of("short"), Documents.cut("short", 1).texts());
        assertEquals(List.of("short", "short", "short"), Documents.cut("short", 9).repeated(15).texts());
        assertEquals(15, Documents.cut("short", 9).repeated(19).bytes());
    }
}
