/**
 * Writes the source of the kernels for weights in panels: {@code java WritePanels.java Q8Panels > Q8Panels.java}, and the same for
 * Q4Panels, HalfPanels and Bfloat16Panels. They differ only in how a line of sixteen weights becomes floats; each register needs a name,
 * and what returns a vector has to stand where it is used, or HotSpot makes it an object.
 */
void main(String[] arguments) {
    String name = arguments[0];
    boolean blocks = name.startsWith("Q");
    IO.println(head(name, blocks));
    IO.println(oneRow(name, blocks));
    IO.println(fourRows(name, blocks));
    IO.println(places(blocks));
}

/** What makes floats of the line of weights at {@code at}; for halves several statements that set w. */
String floats(String name, int strip, String at, boolean high) {
    String bytes = "ByteVector.fromArray(BYTES, codes, " + at + ")";
    String shorts = "(IntVector) ShortVector.fromArray(SHORTS, halves, " + at + ").convertShape(VectorOperators.S2I, INTS, 0)";
    return switch (name) {
        case "Q8Panels" -> "((FloatVector) " + bytes + ".convertShape(VectorOperators.B2F, FLOATS, 0))";
        case "Q4Panels" -> "((FloatVector) ((IntVector) " + bytes + ".convertShape(VectorOperators.B2I, INTS, 0))"
                + (high ? ".lanewise(VectorOperators.LSHR, 4)" : "") + ".and(15).sub(8).convert(VectorOperators.I2F, 0))";
        case "Bfloat16Panels" -> "            FloatVector w" + strip + " = (" + shorts + ").lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();\n";
        case "HalfPanels" -> "            IntVector bits" + strip + " = " + shorts + ";\n            FloatVector w" + strip + " = bits" + strip
                + ".and(MAGNITUDE).lanewise(VectorOperators.LSHL, 13).or(bits" + strip + ".and(SIGN)).reinterpretAsFloats().mul(REBIAS);\n";
        default -> throw new IllegalArgumentException(name);
    };
}

String head(String name, boolean blocks) {
    boolean q4 = name.equals("Q4Panels");
    String imports = blocks ? """
            import jdk.incubator.vector.ByteVector;
            import jdk.incubator.vector.FloatVector;
            %simport jdk.incubator.vector.VectorMask;
            import jdk.incubator.vector.VectorOperators;
            import jdk.incubator.vector.VectorShape;
            import jdk.incubator.vector.VectorSpecies;

            import org.llmsys.matmul.WeightPanels;
            import org.llmsys.tensor.BlockFormat;
            """.formatted(q4 ? "import jdk.incubator.vector.IntVector;\n" : "") : """
            import jdk.incubator.vector.FloatVector;
            import jdk.incubator.vector.IntVector;
            import jdk.incubator.vector.ShortVector;
            import jdk.incubator.vector.VectorMask;
            import jdk.incubator.vector.VectorOperators;
            import jdk.incubator.vector.VectorShape;
            import jdk.incubator.vector.VectorSpecies;

            import org.llmsys.matmul.WeightPanels;
            """;
    String doc = switch (name) {
        case "Q8Panels" -> " * Weights of {@code Q8_0}: sixteen bytes become sixteen floats in one conversion, and are multiplied with one element of x.\n";
        case "Q4Panels" -> """
             * Weights of {@code Q4_0}: the low halves of sixteen bytes are the weights of one k, the high halves those of the k sixteen later. Both
             * are read from the same sixteen lines, one after the other, so that k ascends.
            """.indent(0).replaceAll("(?m)^\\*", " *");
        case "Bfloat16Panels" -> " * Weights of BF16: the bits of a float's upper half, so a shift makes floats of them.\n";
        default -> """
             * Weights of F16. Exponent and fraction are shifted to where a float has them, which leaves the exponent 112 too small; multiplying by
             * 2^112 mends that, and normalizes what was subnormal. Weights are finite, so no infinity has to be kept.
             *
             * <pre>
             *   float = (magnitude shifted by 13 | sign shifted by 16) * 2^112
             * </pre>
            """.indent(0).replaceAll("(?m)^\\*", " *");
    };
    String fields = blocks ? """
                private static final int SIZE = BlockFormat.SIZE;
                private static final int WIDTH = WeightPanels.WIDTH;
                /** Bytes of a block of a panel. */
                private static final int BLOCK = %s * WIDTH;
                private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, VectorShape.forBitSize(8 * LANES));
            """.formatted(q4 ? "SIZE / 2" : "SIZE") : """
                private static final int WIDTH = WeightPanels.WIDTH;
                private static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class, VectorShape.forBitSize(16 * LANES));
            """;
    fields += name.equals("Q8Panels") ? "" : "    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, FLOATS.vectorShape());\n";
    fields += !name.equals("HalfPanels") ? "" : """
                private static final int MAGNITUDE = 0x7FFF;
                /** The sign as it stands after the extension of a short to an int. */
                private static final int SIGN = 0x8000_0000;
                private static final float REBIAS = 0x1p112f;
            """;
    return "package org.llmsys.vector.matmul;\n\n" + imports + "\n/**\n" + doc + " *\n * <p>Written by {@code src/main/scripts/WritePanels.java}.\n */\nfinal class " + name
            + " implements PanelKernel {\n\n" + fields;
}

/** Where strips begin, their masks, and for blocks the scales. */
String begin(boolean blocks, int strips) {
    StringBuilder out = new StringBuilder(blocks ? """
                    byte[] codes = w.codes();
                    float[] scales = w.scales();
                    int blocks = w.depth() / SIZE;
            """ : """
                    short[] halves = w.halves();
                    int depth = w.depth();
            """);
    for (int i = 0; i < strips; i++) {
        out.append((blocks ? "        int c%1$d = codes(strip%1$d, blocks);\n        int s%1$d = scales(strip%1$d, blocks);\n"
                : "        int h%1$d = halves(strip%1$d, depth);\n").formatted(i));
        out.append("        VectorMask<Float> mask%1$d = FLOATS.indexInRange(PanelKernel.column(strip%1$d), w.columns());\n".formatted(i));
    }
    return out.toString();
}

String oneRow(String name, boolean blocks) {
    StringBuilder out = new StringBuilder("""
                @Override
                public void oneRow(float[] x, int xAt, WeightPanels w, int strip0, int strip1, int strip2, int strip3, float[] y, int yAt) {
            """).append(begin(blocks, 4));
    each(4, i -> out.append("        FloatVector sum%1$d = FloatVector.fromArray(FLOATS, y, yAt + PanelKernel.column(strip%1$d), mask%1$d);\n".formatted(i)));
    if (blocks) {
        out.append("        for (int block = 0, k = xAt; block < blocks; block++) {\n");
        each(4, i -> out.append("            FloatVector part%d = FloatVector.zero(FLOATS);\n".formatted(i)));
        for (boolean high : halves(name)) {
            out.append("            for (int j = 0; j < %s; j++, k++) {\n                FloatVector each = FloatVector.broadcast(FLOATS, x[k]);\n".formatted(lines(name)));
            each(4, i -> out.append("                part%1$d = %2$s.fma(each, part%1$d);\n".formatted(i, floats(name, i, "c" + i + " + j * WIDTH", high))));
            out.append("            }\n");
        }
        each(4, i -> out.append("            sum%1$d = FloatVector.fromArray(FLOATS, scales, s%1$d).fma(part%1$d, sum%1$d);\n".formatted(i)));
        each(4, i -> out.append("            c%1$d += BLOCK;\n            s%1$d += WIDTH;\n".formatted(i)));
    } else {
        out.append("        for (int k = 0; k < depth; k++) {\n            FloatVector each = FloatVector.broadcast(FLOATS, x[xAt + k]);\n");
        each(4, i -> out.append(floats(name, i, "h" + i + " + k * WIDTH", false)).append("            sum%1$d = w%1$d.fma(each, sum%1$d);\n".formatted(i)));
    }
    out.append("        }\n");
    each(4, i -> out.append("        sum%1$d.intoArray(y, yAt + PanelKernel.column(strip%1$d), mask%1$d);\n".formatted(i)));
    return out.append("    }\n").toString();
}

String fourRows(String name, boolean blocks) {
    StringBuilder out = new StringBuilder("""
                @Override
                public void fourRows(float[] x, int xAt, int xStride, WeightPanels w, int strip0, int strip1, float[] y, int yAt, int yStride) {
            """).append(begin(blocks, 2));
    String first = blocks ? "k" : "x";
    out.append("        int %1$s1 = xAt + xStride;\n        int %1$s2 = %1$s1 + xStride;\n        int %1$s3 = %1$s2 + xStride;\n".formatted(first));
    each(2, i -> out.append("        int y%1$d = yAt + PanelKernel.column(strip%1$d);\n".formatted(i)));
    pairs((r, i) -> out.append("        FloatVector sum%1$d%2$d = FloatVector.fromArray(FLOATS, y, y%2$d%3$s, mask%2$d);\n".formatted(r, i, row(r))));
    if (blocks) {
        out.append("        for (int block = 0, k = xAt; block < blocks; block++) {\n");
        pairs((r, i) -> out.append("            FloatVector part%d%d = FloatVector.zero(FLOATS);\n".formatted(r, i)));
        for (boolean high : halves(name)) {
            out.append("            for (int j = 0; j < %s; j++, k++, k1++, k2++, k3++) {\n".formatted(lines(name)));
            each(2, i -> out.append("                FloatVector w%d = %s;\n".formatted(i, floats(name, i, "c" + i + " + j * WIDTH", high))));
            each(4, r -> {
                out.append("                FloatVector x%d = FloatVector.broadcast(FLOATS, x[k%s]);\n".formatted(r, r == 0 ? "" : String.valueOf(r)));
                each(2, i -> out.append("                part%1$d%2$d = w%2$d.fma(x%1$d, part%1$d%2$d);\n".formatted(r, i)));
            });
            out.append("            }\n");
        }
        each(2, i -> out.append("            FloatVector scale%1$d = FloatVector.fromArray(FLOATS, scales, s%1$d);\n".formatted(i)));
        pairs((r, i) -> out.append("            sum%1$d%2$d = scale%2$d.fma(part%1$d%2$d, sum%1$d%2$d);\n".formatted(r, i)));
        each(2, i -> out.append("            c%1$d += BLOCK;\n            s%1$d += WIDTH;\n".formatted(i)));
    } else {
        out.append("        for (int k = 0; k < depth; k++) {\n");
        each(2, i -> out.append(floats(name, i, "h" + i + " + k * WIDTH", false)));
        each(4, r -> {
            out.append("            FloatVector each%d = FloatVector.broadcast(FLOATS, x[%s + k]);\n".formatted(r, r == 0 ? "xAt" : "x" + r));
            each(2, i -> out.append("            sum%1$d%2$d = w%2$d.fma(each%1$d, sum%1$d%2$d);\n".formatted(r, i)));
        });
    }
    out.append("        }\n");
    pairs((r, i) -> out.append("        sum%1$d%2$d.intoArray(y, y%2$d%3$s, mask%2$d);\n".formatted(r, i, row(r))));
    return out.append("    }\n").toString();
}

String places(boolean blocks) {
    return blocks ? """
                private static int codes(int strip, int blocks) {
                    return strip / STRIPS * blocks * BLOCK + PanelKernel.lane(strip);
                }

                private static int scales(int strip, int blocks) {
                    return strip / STRIPS * blocks * WIDTH + PanelKernel.lane(strip);
                }
            }""" : """
                private static int halves(int strip, int depth) {
                    return strip / STRIPS * depth * WIDTH + PanelKernel.lane(strip);
                }
            }""";
}

boolean[] halves(String name) {
    return name.equals("Q4Panels") ? new boolean[] {false, true} : new boolean[] {false};
}

String lines(String name) {
    return name.equals("Q4Panels") ? "SIZE / 2" : "SIZE";
}

String row(int r) {
    return r == 0 ? "" : r == 1 ? " + yStride" : " + " + r + " * yStride";
}

void each(int count, java.util.function.IntConsumer body) {
    for (int i = 0; i < count; i++) {
        body.accept(i);
    }
}

void pairs(java.util.function.BiConsumer<Integer, Integer> body) {
    each(4, r -> each(2, i -> body.accept(r, i)));
}
