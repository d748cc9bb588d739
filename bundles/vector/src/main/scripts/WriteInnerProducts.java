/**
 * Writes the source of the kernel for products with a transposed matrix: {@code java WriteInnerProducts.java 1 > InnerProducts8x1.java}.
 * The number says how many groups of eight rows go side by side. As with the micro-kernels, each register needs a name. Two groups are
 * quicker, but their method is so large that HotSpot, depending on what it saw before, stops inlining inside, and registers become objects.
 *
 * <p>The loads are written out too: in a method of this size HotSpot stops inlining methods of one's own, and a vector that is
 * returned by a call is an object.
 */
void main(String[] arguments) {
    int groups = Integer.parseInt(arguments[0]);
    IO.println("""
            package org.llmsys.vector.matmul;

            import jdk.incubator.vector.FloatVector;
            import jdk.incubator.vector.IntVector;
            import jdk.incubator.vector.VectorSpecies;

            /**
             * Inner products of a vector with %2$d rows of a matrix at once. Written by {@code src/main/scripts/WriteInnerProducts.java}.
             *
             * <pre>
             *   c[r] += x[0]*Y[r,0] + x[1]*Y[r,1] + ...        r below %2$d, each sum in this order
             * </pre>
             *
             * <p>Blocks of 8 × 8 elements are transposed in registers as in {@link Transposition8}; then the lanes of a register are eight rows at
             * the same k, and each row has its own accumulator. Several blocks side by side: while the sums of one wait, those of another go on.
             */
            final class InnerProducts8x%1$d {

                /** Rows that are taken at once. */
                static final int ROWS = %2$d;

                private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_256;
                private static final VectorSpecies<Integer> INDICES = IntVector.SPECIES_256;
                private static final IntVector LOW = zip(0);
                private static final IntVector HIGH = zip(4);

                private InnerProducts8x%1$d() {
                }

                /** 0, 8, 1, 9, ...: the halves of two vectors, zipped. */
                private static IntVector zip(int from) {
                    int[] indices = new int[8];
                    for (int i = 0; i < indices.length; i++) {
                        indices[i] = from + i / 2 + i %% 2 * 8;
                    }
                    return IntVector.fromArray(INDICES, indices, 0);
                }

                static void add(float[] x, int xAt, int depth, float[] y, int yAt, int stride, float[] c, int cAt) {""".formatted(groups, 8 * groups));
    for (int g = 0; g < groups; g++) {
        IO.println("        FloatVector sum%1$d = FloatVector.fromArray(SPECIES, c, cAt + %2$d);".formatted(g, 8 * g));
    }
    IO.println("        int k = 0;\n        for (; k <= depth - 8; k += 8) {\n            int at = yAt + k;");
    for (int g = 0; g < groups; g++) {
        for (int r = 0; r < 8; r++) {
            IO.println("            IntVector r%1$d_%2$d = FloatVector.fromArray(SPECIES, y, at + %3$d * stride).reinterpretAsInts();".formatted(g, r, 8 * g + r));
        }
        String from = "r";
        for (int round = 1; round <= 3; round++) {
            String to = String.valueOf((char) ('r' + round));
            for (int i = 0; i < 4; i++) {
                IO.println("            IntVector %s%d_%d = LOW.selectFrom(%s%d_%d, %s%d_%d);".formatted(to, g, 2 * i, from, g, i, from, g, i + 4));
                IO.println("            IntVector %s%d_%d = HIGH.selectFrom(%s%d_%d, %s%d_%d);".formatted(to, g, 2 * i + 1, from, g, i, from, g, i + 4));
            }
            from = to;
        }
        for (int i = 0; i < 8; i++) {
            IO.println("            sum%1$d = u%1$d_%2$d.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, x[xAt + k + %2$d]), sum%1$d);".formatted(g, i));
        }
    }
    IO.println("        }");
    for (int g = 0; g < groups; g++) {
        IO.println("        sum%1$d.intoArray(c, cAt + %2$d);".formatted(g, 8 * g));
    }
    IO.println("""
                for (; k < depth; k++) {
                    for (int r = 0; r < ROWS; r++) {
                        c[cAt + r] = Math.fma(x[xAt + k], y[yAt + k + r * stride], c[cAt + r]);
                    }
                }
            }
        }""".indent(0).stripTrailing());
}
