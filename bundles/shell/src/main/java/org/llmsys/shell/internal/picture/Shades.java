package org.llmsys.shell.internal.picture;

/** A heat map's cell in letters: shades of the terminal's own ink, so there are no colours to switch off. */
public final class Shades {

    private static final String INK = "·░▒▓█";
    private static final double[] FROM = {0.05, 0.25, 0.5, 0.75};

    private Shades() {
    }

    /** Two letters side by side, about as wide as a line is high. @param share from 0 to 1 */
    public static String cell(double share) {
        return String.valueOf(of(share)).repeat(2);
    }

    /** One letter: a dot below 1/20, then darker from 1/20, 1/4, 1/2 and 3/4 on. */
    public static char of(double share) {
        int shade = 0;
        while (shade < FROM.length && share >= FROM[shade]) {
            shade++;
        }
        return INK.charAt(shade);
    }

    /** What the letters mean. */
    public static String legend() {
        return "· below 1/20   ░ from 1/20   ▒ from 1/4   ▓ from 1/2   █ from 3/4";
    }
}
