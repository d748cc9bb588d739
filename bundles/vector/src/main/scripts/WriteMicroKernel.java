/**
 * Writes the source of a micro-kernel from its shape: {@code java WriteMicroKernel.java 12 2 4 > MicroKernel12x2.java}, then the same
 * for 6, 2 and 3. The third number is the height of the low tile, a divisor of the first. Run it again when the shape of the kernels
 * changes; the build does not.
 *
 * <p>Why a script: the accumulators must be locals with names. HotSpot keeps a vector in a register only while it is a value; an
 * array of vectors is memory.
 */
void main(String[] shape) {
    int rows = Integer.parseInt(shape[0]);
    int vectors = Integer.parseInt(shape[1]);
    int low = Integer.parseInt(shape[2]);
    IO.println("""
            package org.llmsys.vector.matmul;

            import jdk.incubator.vector.FloatVector;
            import jdk.incubator.vector.VectorSpecies;

            /**
             * A tile of %1$d rows by %2$d vectors, held in %3$d registers while k runs. Written by {@code src/main/scripts/WriteMicroKernel.java}.
             */
            final class MicroKernel%1$dx%2$d implements MicroKernel {

                private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
                private static final int LANES = SPECIES.length();
                private static final int ROWS = %1$d;
                private static final int LOW = %4$d;
                private static final int COLUMNS = %2$d * LANES;

                @Override
                public int rows() {
                    return ROWS;
                }

                @Override
                public int lowRows() {
                    return LOW;
                }

                @Override
                public int columns() {
                    return COLUMNS;
                }
            """.formatted(rows, vectors, rows * vectors, low));
    method("multiply", rows, vectors);
    IO.println("");
    method("multiplyLow", low, vectors);
    IO.println("");
    method("multiplyNarrow", rows, 1);
    IO.println("}");
}

void method(String name, int rows, int vectors) {
    IO.println("""
                @Override
                public void %s(int depth, float[] a, int aAt, float[] b, int bAt,
                        float[] start, int startAt, int startStride, float[] c, int cAt, int cStride) {""".formatted(name).indent(4).stripTrailing());
    for (int r = 0; r < rows; r++) {
        for (int v = 0; v < vectors; v++) {
            IO.println("        FloatVector c%d_%d = FloatVector.fromArray(SPECIES, start, startAt%s%s);".formatted(r, v, times(r, "startStride"), times(v, "LANES")));
        }
    }
    IO.println("        for (int k = 0; k < depth; k++) {");
    for (int v = 0; v < vectors; v++) {
        IO.println("            FloatVector b%d = FloatVector.fromArray(SPECIES, b, bAt + k * COLUMNS%s);".formatted(v, times(v, "LANES")));
    }
    for (int r = 0; r < rows; r++) {
        IO.println("            FloatVector a%d = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS%s]);".formatted(r, r == 0 ? "" : " + " + r));
        for (int v = 0; v < vectors; v++) {
            IO.println("            c%1$d_%2$d = a%1$d.fma(b%2$d, c%1$d_%2$d);".formatted(r, v));
        }
    }
    IO.println("        }");
    for (int r = 0; r < rows; r++) {
        for (int v = 0; v < vectors; v++) {
            IO.println("        c%d_%d.intoArray(c, cAt%s%s);".formatted(r, v, times(r, "cStride"), times(v, "LANES")));
        }
    }
    IO.println("    }");
}

String times(int factor, String step) {
    return switch (factor) {
        case 0 -> "";
        case 1 -> " + " + step;
        default -> " + " + factor + " * " + step;
    };
}
