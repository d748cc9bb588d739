package org.llmsys.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.autograd.GradientCheck;
import org.llmsys.autograd.Trial;
import org.llmsys.autograd.Variable;
import org.llmsys.autograd.Views;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Tensor;

class DropoutTest {

    private final Trial trial = Workbench.trial();

    @Test
    @DisplayName("p = 0.25 over 20,000 ones: about a quarter is 0, the rest 4/3, so the mean stays 1")
    void dropsAndScales() {
        Variable ones = ones(20_000);
        trial.train(needs -> new Dropout(0.25f, 3), (dropout, pass) -> {
            float[] y = dropout.forward(ones, pass).value().floats();
            double sum = 0;
            int zeros = 0;
            for (float element : y) {
                sum += element;
                zeros += element == 0 ? 1 : 0;
                assertEquals(element == 0 ? 0 : 4 / 3f, element);
            }
            assertEquals(5000, zeros, 300);                  // deviation 61
            assertEquals(1, sum / y.length, 0.02);
        });
    }

    @Test
    @DisplayName("the way back drops what the way forward dropped")
    void gradients() {
        Variable x = Trial.random("x", 207);
        trial.gradientCheck("dropout", needs -> new Dropout(0.5f, 1), (dropout, pass) -> dropout.forward(x, pass), x);
        Variable wide = Variable.parameter("wide", Trial.random("wide", 13, 2).value().to(DType.F64));
        GradientCheck.DOUBLE.layer("dropout of a view in F64", trial.assemblies(), needs -> new Dropout(0.3f, 1),
                (dropout, pass) -> dropout.forward(Views.transpose(wide, pass, 0, 1), pass), wide).requireGood();
    }

    @Test
    @DisplayName("the same step repeats its mask; another step or place has another")
    void masksAreFunctionsOfSeedStepAndPlace() {
        Variable ones = ones(100);
        List<float[]> masks = new ArrayList<>();
        for (int run = 0; run < 2; run++) {
            trial.train(2, needs -> new Dropout(0.5f, 1), (dropout, pass) -> masks.add(dropout.forward(ones, pass).value().copy().floats()));
        }
        trial.train(needs -> new Dropout(0.5f, 2), (dropout, pass) -> masks.add(dropout.forward(ones, pass).value().copy().floats()));
        assertArrayEquals(masks.get(0), masks.get(2));
        assertArrayEquals(masks.get(1), masks.get(3));
        assertFalse(Arrays.equals(masks.get(0), masks.get(1)));
        assertFalse(Arrays.equals(masks.get(0), masks.get(4)));
    }

    @Test
    @DisplayName("when generating, and with p = 0, nothing happens")
    void doesNothingElsewhere() {
        Variable x = ones(5);
        trial.infer(needs -> new Dropout(0.5f, 1), (dropout, pass) -> assertSame(x, dropout.forward(x, pass)));
        trial.train(needs -> new Dropout(0, 1), (dropout, pass) -> assertSame(x, dropout.forward(x, pass)));
    }

    @Test
    @DisplayName("probabilities outside 0 to below 1 are refused")
    void refusesProbabilities() {
        for (float p : new float[] {-0.1f, 1, Float.NaN}) {
            assertThrows(IllegalArgumentException.class, () -> new Dropout(p, 0));
        }
    }

    private static Variable ones(int size) {
        Tensor ones = Tensor.zeros(size);
        Arrays.fill(ones.floats(), 1);
        return Variable.constant("ones", ones);
    }
}
