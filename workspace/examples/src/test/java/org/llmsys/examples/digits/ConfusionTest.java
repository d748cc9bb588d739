package org.llmsys.examples.digits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ConfusionTest {

    @Test
    @DisplayName("rows are what it is, columns what it was taken for; the mistake made most often is named")
    void counts() {
        Confusion confusion = Confusion.of(new int[] {4, 9, 9, 1, 7, 4}, new int[] {4, 4, 4, 1, 1, 4});
        assertEquals(2, confusion.counts()[4][4]);
        assertEquals(2, confusion.counts()[4][9]);
        assertEquals(1, confusion.counts()[1][7]);
        assertTrue(confusion.text().endsWith("most often: 4 for 9 (2 times)"), confusion.text());
    }

    @Test
    @DisplayName("without a mistake none is named")
    void noMistake() {
        assertFalse(Confusion.of(new int[] {4}, new int[] {4}).text().contains("most often"));
    }
}
