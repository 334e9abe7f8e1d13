//! The choice between processor and card, `torch.device`.

use std::{
    fmt,
    io::{self, Write as _},
    path::Path,
};

use ndarray::{Array2, ArrayRef2};

#[cfg(feature = "cuda")]
use super::cuda::Cuda;
use crate::{error::Result, fast::gram::gram};

/// Where [`fit`](crate::train::fit) computes, as `torch.device`.
///
/// ```
/// use lrlib::fast::Device;
/// println!("{}", Device::Cpu); // cpu (2 threads, AVX-512)
/// let device = Device::best();
/// ```
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub enum Device {
    /// The processor, with all its cores.
    #[default]
    Cpu,
    /// A card of NVIDIA's.
    #[cfg(feature = "cuda")]
    Cuda(Cuda),
}

impl Device {
    /// Returns the card if there is one that can be used, otherwise the processor, and prints a line that says which; as
    /// `torch.device("cuda" if torch.cuda.is_available() else "cpu")`. If a card cannot be used, the line says why.
    #[must_use]
    pub fn best() -> Self {
        let (device, problem) = Self::cuda().map_or_else(|problem| (Self::Cpu, Some(problem)), |card| (card, None));
        let problem = problem.filter(|_| cfg!(feature = "cuda") || has_nvidia_driver());
        let why = problem.map(|problem| format!("; {problem}")).unwrap_or_default();
        // A closed pipe must not end the run.
        let _ = writeln!(io::stdout(), "device: {device}{why}");
        device
    }

    /// Returns the first card of NVIDIA's, `torch.device("cuda")`. Wakes it up, which takes about a second: keep it.
    ///
    /// # Errors
    /// [`Error::Device`](crate::Error::Device) if there is none, or it cannot be used: without its driver, or with one from before 2022.
    pub fn cuda() -> Result<Self> {
        #[cfg(feature = "cuda")]
        return Cuda::open().map(Self::Cuda);
        #[cfg(not(feature = "cuda"))]
        Err(crate::error::Error::Device(
            "lrlib was built for the processor alone: add its feature \"cuda\" to use a card".into(),
        ))
    }

    /// Returns the dot product of every pair of samples, as [`gram`], computed on this device. Shapes (n, d) → (n, n).
    ///
    /// # Errors
    /// [`Error::Device`](crate::Error::Device) if the card has too little memory, or fails.
    pub fn gram(&self, x: &ArrayRef2<f32>) -> Result<Array2<f64>> {
        match self {
            Self::Cpu => Ok(gram(x)),
            #[cfg(feature = "cuda")]
            Self::Cuda(card) => card.gram(x),
        }
    }
}

/// `cpu (2 threads, AVX-512)`, `cuda (NVIDIA H100 80GB HBM3)`
impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpu => write!(f, "cpu ({} threads, {})", rayon::current_num_threads(), vectors()),
            #[cfg(feature = "cuda")]
            Self::Cuda(card) => write!(f, "cuda ({})", card.name),
        }
    }
}

/// As `Display`.
impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Returns the name of the widest vector instructions of this processor that this crate uses.
fn vectors() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    return match (is_x86_feature_detected!("avx512f"), is_x86_feature_detected!("avx2")) {
        (true, _) => "AVX-512",
        (_, true) => "AVX2",
        _ => "SSE2",
    };
    #[cfg(not(target_arch = "x86_64"))]
    if cfg!(target_arch = "aarch64") { "NEON" } else { "no vectors" }
}

/// Returns whether Linux has loaded NVIDIA's driver.
fn has_nvidia_driver() -> bool {
    Path::new("/proc/driver/nvidia/version").exists() || Path::new("/dev/nvidiactl").exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_the_default_and_says_what_it_has() {
        assert!(Device::default() == Device::Cpu);
        let name = Device::Cpu.to_string();
        assert!(name.starts_with("cpu (") && name.contains(" threads, "), "{name}");
    }

    #[test]
    #[cfg(not(feature = "cuda"))]
    fn a_card_that_was_not_built_for_is_an_error() {
        let problem = Device::cuda().expect_err("no feature").to_string();
        assert!(problem.contains("add its feature \"cuda\""), "{problem}");
    }
}
