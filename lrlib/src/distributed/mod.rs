//! Training on many machines, `torch.distributed`: each process has some of the pictures, and MPI adds up their results.
//!
//! Full-batch gradient descent is one sum over all samples. Where the samples are spread over processes, so is the sum, and
//! [`Split`] says over what it is spread, and what an epoch has to exchange.

mod split;
#[cfg(feature = "mpi")]
mod world;
#[cfg(feature = "mpi")]
mod columns;
#[cfg(feature = "mpi")]
mod by_samples;
#[cfg(feature = "mpi")]
mod survey;
#[cfg(feature = "mpi")]
mod fit;

#[cfg(feature = "mpi")]
pub use fit::fit;
pub use split::Split;
#[cfg(feature = "mpi")]
pub use world::World;
