/**
 * Writes the source of a transposition in registers: {@code java WriteTransposition.java 16 > Transposition16.java}, then the same
 * for 8. As with the micro-kernels, each register needs a name.
 */
void main(String[] arguments) {
    int lanes = Integer.parseInt(arguments[0]);
    IO.println("""
            package org.llmsys.vector.matmul;

            import jdk.incubator.vector.FloatVector;
            import jdk.incubator.vector.IntVector;
            import jdk.incubator.vector.VectorSpecies;

            /**
             * Transposes a block of %1$d × %1$d elements in registers. Written by {@code src/main/scripts/WriteTransposition.java}.
             *
             * <p>Write the place of an element as bits, row first. Zipping vector i with vector i + %2$d, for all i, turns these bits left
             * by one; after as many rounds as a row number has bits, rows and columns have changed places.
             */
            final class Transposition%1$d implements Transposition {

                private static final VectorSpecies<Float> SPECIES = FloatVector.%3$s;
                private static final VectorSpecies<Integer> INDICES = IntVector.%3$s;
                /** 0, %1$d, 1, %4$d, ...: the low halves of two vectors, zipped. */
                private static final IntVector LOW = zip(0);
                /** The high halves. */
                private static final IntVector HIGH = zip(%2$d);

                private static IntVector zip(int from) {
                    int[] indices = new int[%1$d];
                    for (int i = 0; i < indices.length; i++) {
                        indices[i] = from + i / 2 + i %% 2 * %1$d;
                    }
                    return IntVector.fromArray(INDICES, indices, 0);
                }

                @Override
                public int size() {
                    return %1$d;
                }

                @Override
                public void transpose(float[] x, int from, int stride, int rows, float[] y, int at, int step) {
                    IntVector zero = IntVector.zero(INDICES);""".formatted(lanes, lanes / 2, lanes == 16 ? "SPECIES_512" : "SPECIES_256", lanes + 1));
    for (int r = 0; r < lanes; r++) {
        IO.println("        IntVector r%1$d = rows > %1$d ? load(x, from + %1$d * stride) : zero;".formatted(r));
    }
    String from = "r";
    for (int round = 1; 1 << round <= lanes; round++) {
        String to = String.valueOf((char) ('r' + round));
        for (int i = 0; i < lanes / 2; i++) {
            IO.println("        IntVector %s%d = LOW.selectFrom(%s%d, %s%d);".formatted(to, 2 * i, from, i, from, i + lanes / 2));
            IO.println("        IntVector %s%d = HIGH.selectFrom(%s%d, %s%d);".formatted(to, 2 * i + 1, from, i, from, i + lanes / 2));
        }
        from = to;
    }
    for (int r = 0; r < lanes; r++) {
        IO.println("        %s%2$d.reinterpretAsFloats().intoArray(y, at + %2$d * step);".formatted(from, r));
    }
    IO.println("""
                }

                private static IntVector load(float[] x, int at) {
                    return FloatVector.fromArray(SPECIES, x, at).reinterpretAsInts();
                }
            }""");
}
