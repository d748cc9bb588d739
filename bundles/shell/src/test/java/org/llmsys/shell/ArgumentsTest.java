package org.llmsys.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Problem;

class ArgumentsTest {

    private static final HelpPage PAGE = new HelpPage("write", """
            llmsys write: for this test.

            Options
              --prompt TEXT     what to continue
              --max-tokens N    most tokens [0 to 100, default 20]
              --heat X          how hot,
                                in two lines [0 to 2.5, default 0.5]
              --top-k N         how many [1 or more]
              --out DIR         where it goes
              --json            one object
              --help            this page
            """);

    private static Arguments parse(String... words) {
        return new Arguments(PAGE, List.of(words));
    }

    private static Problem refused(String... words) {
        Problem problem = assertThrows(Problem.class, () -> parse(words));
        assertEquals(Problem.MISUSED, problem.exitStatus());
        return problem;
    }

    @Test
    @DisplayName("values follow their option after a space or an equals sign; other words are kept in order")
    void values() {
        Arguments arguments = parse("--prompt", "a b", "one", "--max-tokens=7", "--json", "two");
        assertEquals("a b", arguments.required("--prompt"));
        assertEquals(7, arguments.whole("--max-tokens"));
        assertTrue(arguments.has("--json"));
        assertEquals(List.of("one", "two"), arguments.words("A", "B"));
    }

    @Test
    @DisplayName("what was not typed has the page's default, or none")
    void defaults() {
        Arguments arguments = parse();
        assertEquals(20, arguments.whole("--max-tokens"));
        assertEquals(0.5, arguments.number("--heat"));
        assertEquals(Optional.empty(), arguments.text("--top-k"));
        assertFalse(arguments.has("--json"));
    }

    @Test
    @DisplayName("an unknown option is refused, with the nearest known one")
    void unknown() {
        assertTrue(refused("--promt", "x").fix().contains("did you mean --prompt?"));
        assertTrue(refused("--zzzzzzzzz").fix().contains("--json"));
    }

    @Test
    @DisplayName("numbers outside their range, no numbers and NaN are refused with the range")
    void ranges() {
        assertTrue(refused("--max-tokens", "101").why().contains("0 to 100"));
        assertTrue(refused("--max-tokens", "-1").why().contains("0 to 100"));
        assertTrue(refused("--max-tokens", "1.5").why().contains("whole number"));
        assertTrue(refused("--heat", "2.6").why().contains("0 to 2.5"));
        assertTrue(refused("--heat", "NaN").why().contains("0 to 2.5"));
        assertTrue(refused("--top-k", "0").why().contains("1 or more"));
        assertEquals(2.5, parse("--heat", "2.5").number("--heat"));
    }

    @Test
    @DisplayName("an option without its value, and a switch with one, are refused")
    void missingAndSuperfluousValues() {
        assertTrue(refused("--prompt").getMessage().contains("needs a value"));
        assertTrue(refused("--prompt", "--json").getMessage().contains("needs a value"));
        assertTrue(refused("--json=yes").getMessage().contains("takes no value"));
    }

    @Test
    @DisplayName("an empty text is a value; an empty number, name or path is none")
    void emptyValues() {
        assertEquals("", parse("--prompt", "").required("--prompt"));
        assertTrue(refused("--top-k", "").getMessage().contains("cannot be empty"));
        assertTrue(refused("--out=").getMessage().contains("cannot be empty"));
    }

    @Test
    @DisplayName("after -- everything is a word, and a text may begin with hyphens")
    void hyphens() {
        assertEquals(List.of("--json", "-"), parse("--", "--json", "-").words());
        assertEquals("-- a dash", parse("--prompt", "-- a dash").required("--prompt"));
    }

    @Test
    @DisplayName("too many and too few words are refused")
    void wordCount() {
        assertThrows(Problem.class, () -> parse("one").words("A", "B"));
        assertThrows(Problem.class, () -> parse("one", "two").words("A"));
    }

    @Test
    @DisplayName("asking for an option that the page does not have is a mistake of the program")
    void notOnThePage() {
        assertThrows(IllegalArgumentException.class, () -> parse().has("--nowhere"));
    }
}
