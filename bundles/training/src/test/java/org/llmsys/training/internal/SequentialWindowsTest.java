package org.llmsys.training.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Problem;

class SequentialWindowsTest {

    @Test
    @DisplayName("windows follow each other without overlap and begin again at the end")
    void byHand() {
        int[] ids = {5, 6, 7, 8, 9, 10};
        SequentialWindows windows = new SequentialWindows();
        assertArrayEquals(new int[] {5, 6}, windows.batch(ids, 1, 2, 0, 0).inputs());
        assertArrayEquals(new int[] {8, 9}, windows.batch(ids, 1, 2, 0, 1).targets());
        assertArrayEquals(new int[] {5, 6, 7, 8, 5, 6}, windows.batch(ids, 3, 2, 0, 2).inputs());
        assertThrows(Problem.class, () -> windows.batch(new int[] {1, 2}, 1, 2, 0, 0));
    }
}
