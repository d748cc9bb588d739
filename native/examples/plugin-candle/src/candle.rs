//! candle-core's matmul on the CPU as an implementation of the slot `matmul`. It copies in and out: candle owns its tensors.

use crate::abi::{fail, guarded, lls_register_matmul, Matrix, MatmulKernel, Registration, Status, Workers, LLS_INTERNAL, LLS_OK};
use candle_core::{Device, Tensor};
use std::ffi::CString;
use std::os::raw::c_void;

/// # Safety
/// The matrix is the engine's: its elements may be read.
unsafe fn copied(matrix: &Matrix) -> candle_core::Result<Tensor> {
    let mut values = Vec::with_capacity((matrix.rows * matrix.columns) as usize);
    for row in 0..matrix.rows {
        for column in 0..matrix.columns {
            values.push(*matrix.data.offset((row * matrix.row_stride + column * matrix.column_stride) as isize));
        }
    }
    Tensor::from_vec(values, (matrix.rows as usize, matrix.columns as usize), &Device::Cpu)
}

/// # Safety
/// As above; `c` may be written, `bias` has as many elements as `c` has columns, or is null.
unsafe fn product(a: &Matrix, b: &Matrix, bias: *const f32, c: &Matrix, accumulate: bool) -> candle_core::Result<()> {
    let values: Vec<f32> = if a.columns == 0 || c.rows == 0 || c.columns == 0 {
        vec![0.0; (c.rows * c.columns) as usize]
    } else {
        copied(a)?.matmul(&copied(b)?)?.flatten_all()?.to_vec1()?
    };
    for row in 0..c.rows {
        for column in 0..c.columns {
            let to = c.data.offset((row * c.row_stride + column * c.column_stride) as isize);
            let start = if accumulate { *to } else if bias.is_null() { 0.0 } else { *bias.offset(column as isize) };
            *to = start + values[(row * c.columns + column) as usize];
        }
    }
    Ok(())
}

extern "C" fn multiply(
    _this: *mut c_void, _workers: *const Workers, a: *const Matrix, b: *const Matrix, bias: *const f32, c: *const Matrix, accumulate: i32,
) -> Status {
    // SAFETY: the engine passes checked operands that live during the call.
    guarded(|| match unsafe { product(&*a, &*b, bias, &*c, accumulate != 0) } {
        Ok(()) => LLS_OK,
        Err(e) => {
            let why = CString::new(e.to_string().replace('\0', " ")).unwrap_or_default();
            fail(LLS_INTERNAL, c"candle's matmul failed", &why, c"choose another implementation")
        }
    })
}

pub fn register() -> Status {
    let what = Registration::new(c"matmul", c"candle", c"candle-core on the CPU, with copies", c"https://github.com/huggingface/candle", -100);
    let kernel = MatmulKernel { size: std::mem::size_of::<MatmulKernel>() as u32, multiply };
    // SAFETY: both structs live during the call, which copies them.
    unsafe { lls_register_matmul(&what, &kernel) }
}
