package org.llmsys.matmul;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

class MatrixTest {

    @Test
    @DisplayName("a transposed matrix is the same array with the strides exchanged")
    void transposes() {
        Matrix m = Matrix.of(2, 3, 1, 2, 3, 4, 5, 6);
        Matrix t = m.transposed();
        assertEquals(3, t.rows());
        assertEquals(6, t.get(2, 1));
        t.set(0, 1, 9);
        assertEquals(9, m.get(1, 0));
        assertSame(m.data(), t.data());
    }

    @Test
    @DisplayName("a tensor of rank 2 with any strides is a matrix; other ranks and types are refused")
    void ofTensor() {
        Tensor x = Tensor.of(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
        assertEquals(5, Matrix.of(x.transpose(0, 1)).get(1, 1));
        assertEquals(6, Matrix.of(x.slice(1, 1, 3)).get(1, 1));
        assertThrows(ShapeException.class, () -> Matrix.of(Tensor.zeros(2, 2, 2)));
        assertThrows(ShapeException.class, () -> Matrix.of(Tensor.zeros(DType.F64, Shape.of(2, 2))));
    }

    @Test
    @DisplayName("(B,T,C) becomes (B*T, C), also when C is 0")
    void rowsOf() {
        Matrix rows = Matrix.rowsOf(Tensor.zeros(2, 3, 5));
        assertEquals("(6, 5)", rows.shapeText());
        assertEquals("(6, 0)", Matrix.rowsOf(Tensor.zeros(2, 3, 0)).shapeText());
        assertEquals("(0, 5)", Matrix.rowsOf(Tensor.zeros(2, 0, 5)).shapeText());
        assertEquals("(1, 5)", Matrix.rowsOf(Tensor.zeros(5)).shapeText());
        assertThrows(ShapeException.class, () -> Matrix.rowsOf(Tensor.zeros()));
        ShapeException many = assertThrows(ShapeException.class, () -> Matrix.rowsOf(Tensor.zeros(1L << 20, 1L << 20, 0)));
        assertEquals("a matrix has at most 2147483647 rows, not 1099511627776", many.why());
    }

    @Test
    @DisplayName("a matrix that reaches outside its array is refused, with both ends")
    void staysInside() {
        ShapeException outside = assertThrows(ShapeException.class, () -> new Matrix(new float[6], 1, 2, 3, 3, 1));
        assertEquals("it reaches elements 1 to 6 of an array of 6", outside.why());
        assertThrows(ShapeException.class, () -> new Matrix(new float[6], 0, 2, 3, -3, 1));
        assertThrows(ShapeException.class, () -> new Matrix(new float[6], 0, -1, 3, 3, 1));
        assertThrows(ShapeException.class, () -> new Matrix(new float[6], 0, 1 << 20, 3, 1 << 20, 1));
        assertEquals("(0, 3)", new Matrix(new float[0], 0, 0, 3, 3, 1).shapeText());
    }

    @Test
    @DisplayName("allFinite looks at the matrix's own elements only")
    void finite() {
        Matrix m = new Matrix(new float[] {1, Float.NaN, 2, Float.POSITIVE_INFINITY}, 0, 2, 1, 2, 1);
        assertTrue(m.allFinite());
        assertFalse(new Matrix(m.data(), 1, 1, 1, 1, 1).allFinite());
        assertFalse(new Matrix(m.data(), 3, 1, 1, 1, 1).allFinite());
    }

    @Test
    @DisplayName("matrices at regular distances: each is a view, and the last must end inside the array")
    void batch() {
        float[] data = {0, 1, 2, 3, 4, 5, 6, 7};
        MatrixBatch heads = new MatrixBatch(new Matrix(data, 0, 2, 2, 4, 1), 2, 2);               // (2,2,2): rows of two heads in turn
        assertEquals("(2, 2, 2)", heads.shapeText());
        assertEquals(7, heads.get(1).get(1, 1));
        assertEquals(3, heads.transposed().get(1).get(1, 0));
        assertSame(data, heads.get(1).data());
        assertTrue(heads.allFinite());
        assertFalse(new MatrixBatch(new Matrix(new float[] {0, 0, Float.NaN}, 0, 1, 1, 1, 1), 2, 2).allFinite());
        assertTrue(new MatrixBatch(new Matrix(new float[] {0, 0, Float.NaN}, 0, 1, 1, 1, 1), 2, 1).allFinite());
        ShapeException outside = assertThrows(ShapeException.class, () -> new MatrixBatch(heads.first(), 3, 2));
        assertEquals("it reaches elements 4 to 9 of an array of 8", outside.why());
        assertThrows(ShapeException.class, () -> new MatrixBatch(heads.first(), -1, 2));
        assertThrows(ShapeException.class, () -> new MatrixBatch(heads.first(), 2, -1));
        ShapeException overflow = assertThrows(ShapeException.class, () -> new MatrixBatch(heads.first(), 1 << 20, 1 << 20));
        assertEquals("the last one begins at element 1099510579200 of an array of 8", overflow.why());
        assertEquals(0, new MatrixBatch(heads.first(), 0, 1 << 30).count());
    }
}
