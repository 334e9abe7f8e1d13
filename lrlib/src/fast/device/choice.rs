//! The choice between processor and card, `torch.device`.

use std::{
    fmt,
    io::{self, Write as _},
    path::Path,
};

use ndarray::{Array2, ArrayRef2};

use super::card::{Card, Descent, Start};
#[cfg(feature = "cuda")]
use super::cuda::Cuda;
#[cfg(feature = "wgpu")]
use super::wgpu::Gpu;
use crate::{
    error::{Error, Result},
    fast::gram::gram,
};

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
    /// An NVIDIA card.
    #[cfg(feature = "cuda")]
    Cuda(Cuda),
    /// A card of any maker, by Vulkan, Metal or DirectX 12.
    #[cfg(feature = "wgpu")]
    Wgpu(Gpu),
}

impl Device {
    /// Returns the best device that can be used: an NVIDIA card, another card, or the processor. Prints which one it is,
    /// and why not those before it; as `torch.device("cuda" if torch.cuda.is_available() else "cpu")`.
    #[must_use]
    pub fn best() -> Self {
        let mut why = String::new();
        let mut usable = |device: Result<Self>, is_expected: bool| match device {
            Err(problem) if is_expected => {
                why = format!("{why}; {problem}");
                None
            }
            device => device.ok(),
        };
        let device = usable(Self::cuda(), cfg!(feature = "cuda") || has_nvidia_driver())
            .or_else(|| usable(Self::wgpu().and_then(Self::hardware), cfg!(feature = "wgpu")))
            .unwrap_or_default();
        // A closed pipe must not end the run.
        let _ = writeln!(io::stdout(), "device: {device}{why}");
        device
    }

    /// Returns the first NVIDIA card, `torch.device("cuda")`. Waking it up takes about half a second: keep it.
    ///
    /// # Errors
    /// [`Error::Device`] if there is no NVIDIA card, no driver, or a driver older than version 520 (CUDA 11.8).
    pub fn cuda() -> Result<Self> {
        #[cfg(feature = "cuda")]
        return Cuda::open().map(Self::Cuda);
        #[cfg(not(feature = "cuda"))]
        Err(not_built_for("NVIDIA cards", "cuda"))
    }

    /// Returns the fastest card that Vulkan, Metal or DirectX 12 finds; on a Mac, `torch.device("mps")`. If there is only a
    /// software renderer, such as Mesa's llvmpipe, returns that: it computes the same on the processor, slowly.
    ///
    /// # Errors
    /// [`Error::Device`] if there is none, or it cannot be used.
    pub fn wgpu() -> Result<Self> {
        #[cfg(feature = "wgpu")]
        return Gpu::open().map(Self::Wgpu);
        #[cfg(not(feature = "wgpu"))]
        Err(not_built_for("other cards", "wgpu"))
    }

    /// Returns this device, unless it is a software renderer.
    fn hardware(self) -> Result<Self> {
        if self.card().is_some_and(Card::is_software) {
            return Err(Error::Device(format!("{self} is a software renderer, slower than the processor's own loop")));
        }
        Ok(self)
    }

    /// Returns the dot product of every pair of samples, as [`gram`], computed on this device, or where it has no wide enough
    /// numbers (`Wgpu`) by the processor. Shapes (n, d) → (n, n).
    ///
    /// # Errors
    /// [`Error::Device`] if the card has too little memory, or fails.
    pub fn gram(&self, x: &ArrayRef2<f32>) -> Result<Array2<f64>> {
        self.card().map_or_else(|| Ok(gram(x)), |card| card.gram(x))
    }

    /// Starts gradient descent on this device; `None` on the processor, where `fit` makes the steps itself.
    ///
    /// # Errors
    /// [`Error::Device`] if the card has too little memory, or fails.
    pub(crate) fn descent(&self, start: &Start<'_>) -> Result<Option<Box<dyn Descent>>> {
        self.card().map(|card| card.descent(start)).transpose()
    }

    fn card(&self) -> Option<&dyn Card> {
        match self {
            Self::Cpu => None,
            #[cfg(feature = "cuda")]
            Self::Cuda(card) => Some(card),
            #[cfg(feature = "wgpu")]
            Self::Wgpu(card) => Some(card),
        }
    }
}

/// `cpu (2 threads, AVX-512)`, `cuda (NVIDIA H100 80GB HBM3)`, `wgpu (Apple M2, metal)`
impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.card() {
            None => write!(f, "cpu ({} threads, {})", rayon::current_num_threads(), vectors()),
            Some(card) => write!(f, "{card}"),
        }
    }
}

/// As `Display`.
impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Returns the error of a card for which lrlib was built without the feature.
#[cfg(not(all(feature = "cuda", feature = "wgpu")))]
fn not_built_for(card: &str, feature: &str) -> Error {
    Error::Device(format!("lrlib was built without support for {card}: add its feature \"{feature}\" to use one"))
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
    #[cfg(not(any(feature = "cuda", feature = "wgpu")))]
    fn a_card_that_was_not_built_for_is_an_error() {
        for (device, feature) in [(Device::cuda(), "cuda"), (Device::wgpu(), "wgpu")] {
            let problem = device.expect_err("no feature").to_string();
            assert!(problem.ends_with(&format!("add its feature \"{feature}\" to use one")), "{problem}");
        }
    }
}
