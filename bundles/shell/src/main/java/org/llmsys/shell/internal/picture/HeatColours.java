package org.llmsys.shell.internal.picture;

import java.awt.Color;

/** The colours of every heat map: blue below zero, white at zero, red above, at full strength at -1 and 1. */
public final class HeatColours {

    private HeatColours() {
    }

    /** @param share from -1 to 1; what is outside counts as the end */
    public static Color at(double share) {
        int faded = (int) Math.round(255 * (1 - Math.min(1, Math.abs(share))));
        return share < 0 ? new Color(faded, faded, 255) : new Color(255, faded, faded);
    }

    /** What letters on that colour are drawn in: red leaves black legible, deep blue does not. */
    static Color inkOn(double share) {
        return share < -0.4 ? Color.WHITE : Color.BLACK;
    }
}
