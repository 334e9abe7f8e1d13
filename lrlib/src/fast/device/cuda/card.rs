//! An NVIDIA card: its memory, its kernels, and the Gram matrix computed there.
//!
//! The kernels, `kernels.cu`, are compiled twice: to PTX, an assembly language for all cards, which is a file of this crate
//! (`ci/ptx.py` makes it), and from that by the driver for the card that is there.
#![expect(unsafe_code, reason = "a kernel reads and writes wherever its arguments say")]
#![expect(clippy::cast_possible_wrap, reason = "a kernel counts rows and columns as `int`, below 2³¹")]

use std::{
    fmt::{self, Display},
    sync::Arc,
};

use cudarc::{
    driver::{
        CudaContext, CudaFunction, CudaModule, CudaSlice, CudaStream, CudaView, DeviceRepr, DriverError, LaunchArgs,
        LaunchConfig, PushKernelArg, sys,
    },
    nvrtc::Ptx,
};
use ndarray::{Array2, ArrayRef2};

use crate::{
    error::{Error, Result},
    fast::device::rows::Form,
};

/// The first driver that understands the PTX, as CUDA counts, and in words.
const DRIVER: (i32, &str) = (11_080, "CUDA 11.8, version 520");
/// As in `kernels.cu`.
const THREADS: u32 = 256;
pub(super) const WARPS: usize = 8;
pub(super) const COLUMNS: usize = 512;
pub(super) const ROWS: usize = 8;
const PAIRS: usize = 32;

/// What the driver returns.
pub(super) type Answer<T> = std::result::Result<T, DriverError>;

/// An NVIDIA card, awake and with its kernels compiled. A clone is the same card.
#[derive(Clone)]
pub struct Cuda {
    name: String,
    pub(super) multiprocessors: usize,
    pub(super) stream: Arc<CudaStream>,
    pub(super) module: Arc<CudaModule>,
}

/// Samples in the card's memory; see `kernels.cu`.
pub(super) struct Samples {
    pub(super) x: CudaSlice<u8>,
    pub(super) rows: usize,
    pub(super) d: usize,
    pub(super) form: Form,
}

impl Cuda {
    /// Wakes up the first card.
    pub(crate) fn open() -> Result<Self> {
        let unusable = |problem: &dyn Display| Error::Device(format!("no NVIDIA card can be used: {problem}"));
        // cudarc panics where the library is missing.
        // SAFETY: loading it runs NVIDIA's code, which every call does.
        if !unsafe { sys::is_culib_present() } {
            return Err(unusable(&"there is no NVIDIA driver (libcuda) on this machine"));
        }
        let mut version = 0;
        // SAFETY: this writes one number.
        let known = unsafe { sys::cuDriverGetVersion(&raw mut version) }.result();
        if known.is_err() || version < DRIVER.0 {
            let version = format!("{}.{}", version / 1000, version % 1000 / 10);
            return Err(unusable(&format!("its driver is for CUDA {version}; update it to {} or later", DRIVER.1)));
        }
        let open = || {
            let context = CudaContext::new(0)?;
            // SAFETY: all work is in one stream, which does it in order.
            unsafe { context.disable_event_tracking() };
            let multiprocessors = sys::CUdevice_attribute::CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT;
            Ok(Self {
                name: context.name()?,
                multiprocessors: context.attribute(multiprocessors)?.max(1) as usize,
                stream: context.new_stream()?,
                module: context.load_module(Ptx::from_src(include_str!("kernels.ptx")))?,
            })
        };
        open().map_err(|error: DriverError| unusable(&words(error)))
    }

    /// Returns X·Xᵀ.
    pub(super) fn products(&self, x: &ArrayRef2<f32>) -> Result<Array2<f64>> {
        let samples = self.samples(&[x], false)?;
        let (n, d, tiles) = (samples.rows as i32, samples.d as i32, samples.rows.div_ceil(PAIRS));
        let sums = || {
            let mut sums = self.stream.alloc_zeros::<f64>(samples.rows * samples.rows)?;
            let kernel = self.kernel("gram", &samples)?;
            launch(self.stream.launch_builder(&kernel).arg(&samples.x).arg(&mut sums).arg(&n).arg(&d), tiles, tiles)?;
            self.numbers(&sums.as_view())
        };
        let sums = sums().map_err(|error| self.error(error))?;
        let scale = f64::from(samples.form.unit().recip().round()).powi(2);
        let n = samples.rows;
        Ok(Array2::from_shape_fn((n, n), |(i, j)| sums[i.min(j) * n + i.max(j)] / scale))
    }

    /// Copies samples to the card, one part behind the other.
    pub(super) fn samples(&self, parts: &[&ArrayRef2<f32>], with_bias: bool) -> Result<Samples> {
        let (rows, features) = (parts.iter().map(|x| x.nrows()).sum(), parts[0].ncols());
        let d = (features + 1).next_multiple_of(COLUMNS);
        let form = Form::of(parts);
        let copied = || {
            // SAFETY: every byte is written below before a kernel reads it.
            let mut x = unsafe { self.stream.alloc::<u8>(rows * d * form.size()) }?;
            let mut done = 0;
            form.send(parts, d, with_bias, |bytes| {
                self.stream.memcpy_htod(bytes, &mut x.slice_mut(done..done + bytes.len()))?;
                done += bytes.len();
                self.stream.synchronize()
            })?;
            Ok(Samples { x, rows, d, form })
        };
        copied().map_err(|error| self.error(error))
    }

    /// Copies numbers to the card. Afterwards it does not read them any more, whatever kind of memory they are in.
    pub(super) fn copied(&self, numbers: &[f32]) -> Answer<CudaSlice<f32>> {
        let copy = self.stream.clone_htod(numbers)?;
        self.stream.synchronize().map(|()| copy)
    }

    /// Copies numbers from the card, when all before is done.
    pub(super) fn numbers<T: DeviceRepr>(&self, copy: &CudaView<'_, T>) -> Answer<Vec<T>> {
        let numbers = self.stream.clone_dtoh(copy)?;
        self.stream.synchronize().map(|()| numbers)
    }

    /// Returns the kernel for these samples.
    pub(super) fn kernel(&self, name: &str, samples: &Samples) -> Answer<CudaFunction> {
        let kind = if samples.form == Form::Bytes { "u8" } else { "f32" };
        self.module.load_function(&format!("{name}_{kind}"))
    }

    pub(super) fn error(&self, error: DriverError) -> Error {
        let name = &self.name;
        Error::Device(if error.0 == sys::CUresult::CUDA_ERROR_OUT_OF_MEMORY {
            let (free, _) = self.stream.context().mem_get_info().unwrap_or_default();
            let free = free as f64 / f64::from(1 << 30);
            format!("the samples do not fit in the memory of {name}, {free:.1} GiB free: use fewer, or Device::Cpu")
        } else {
            format!("{name} failed: {}; try again, or use Device::Cpu", words(error))
        })
    }
}

/// `cuda (NVIDIA H100 80GB HBM3)`
impl Display for Cuda {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cuda ({})", self.name)
    }
}

/// Two are equal if they are the same card.
impl PartialEq for Cuda {
    fn eq(&self, other: &Self) -> bool {
        self.stream.context() == other.stream.context()
    }
}

/// Starts a kernel with blocks of [`THREADS`].
pub(super) fn launch(args: &mut LaunchArgs<'_>, width: usize, height: usize) -> Answer<()> {
    let grid_dim = (width as u32, height as u32, 1);
    let config = LaunchConfig { grid_dim, block_dim: (THREADS, 1, 1), shared_mem_bytes: 0 };
    // SAFETY: the callers give each kernel the arguments that it has in `kernels.cu`, of the sizes that it says.
    unsafe { args.launch(config) }.map(|_| ())
}

/// Returns the driver's words for an error.
fn words(error: DriverError) -> String {
    let text = error.error_string().map(|text| text.to_string_lossy().into_owned());
    text.unwrap_or_else(|_| format!("{:?}", error.0))
}
