package org.llmsys.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TableTest {

    @Test
    @DisplayName("columns are as wide as their widest cell; numbers lean right; no line ends with spaces")
    void layout() {
        Table table = new Table("name", "value", "about");
        table.row("a", "1.5", "first");
        table.row("longer", "100.25", null);
        assertEquals("name     value  about\na          1.5  first\nlonger  100.25\n", table.toString());
    }

    @Test
    @DisplayName("a table without rows is its titles")
    void empty() {
        assertEquals("name  value\n", new Table("name", "value").toString());
    }
}
