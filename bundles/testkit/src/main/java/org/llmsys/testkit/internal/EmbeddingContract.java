package org.llmsys.testkit.internal;

import org.llmsys.embedding.EmbeddingLookup;
import org.llmsys.tensor.Tensor;
import org.llmsys.testkit.Checks;
import org.llmsys.testkit.Contract;
import org.llmsys.testkit.Samples;
import org.osgi.service.component.annotations.Component;

/** Every lookup: the very rows of the table; gradients added row by row, equal ids in order; ids outside the table refused. */
@Component(service = Contract.class)
public final class EmbeddingContract implements Contract<EmbeddingLookup> {

    @Override
    public Class<EmbeddingLookup> service() {
        return EmbeddingLookup.class;
    }

    @Override
    public void check(EmbeddingLookup lookup, Subject subject, Checks checks) {
        for (int[] s : new int[][] {{0, 3, 2}, {1, 1, 1}, {13, 7, 5}, {50, 207, 33}}) {
            int[] ids = Samples.ids(1, s[0], s[1]);
            checks.promise("rows of " + s[0] + " ids from (" + s[1] + "," + s[2] + ")", () -> {
                Tensor table = Samples.shifted(Samples.normal(2, s[1], s[2]));
                Tensor x = Samples.shiftedZeros(org.llmsys.tensor.Shape.of(s[0], s[2]));
                lookup.forward(ids, table, x);
                for (int n = 0; n < s[0]; n++) {
                    for (int c = 0; c < s[2]; c++) {
                        Checks.that(x.get(n, c) == table.get(ids[n], c), "element (%d,%d) differs", n, c);
                    }
                }
            });
            checks.promise("the gradient of " + s[0] + " ids into (" + s[1] + "," + s[2] + ")", () -> {
                Tensor gradX = Samples.normal(3, s[0], s[2]);
                Tensor gradTable = Samples.shifted(Samples.normal(4, s[1], s[2]));
                Tensor expected = gradTable.copy();
                for (int n = 0; n < s[0]; n++) {
                    for (int c = 0; c < s[2]; c++) {
                        expected.set(expected.get(ids[n], c) + gradX.get(n, c), ids[n], c);
                    }
                }
                lookup.backward(ids, gradX, gradTable);
                Checks.that(java.util.Arrays.equals(expected.floats(), gradTable.copy().floats()), "it differs");
            });
        }
        checks.promise("ids outside the table are refused, and x is not half written", () -> {
            for (int bad : new int[] {-1, 4, Integer.MAX_VALUE}) {
                Tensor x = Tensor.zeros(2, 3);
                Checks.refused("id " + bad, () -> lookup.forward(new int[] {1, bad}, Samples.normal(1, 4, 3), x));
                Checks.that(java.util.Arrays.equals(new float[6], x.floats()), "a row was written before id %d was refused", bad);
            }
        });
    }
}
