//! The processes of a run, and what they exchange.

use std::{cell::Cell, fmt, mem, ops::Range, time::Instant};

use mpi::{
    Threading,
    collective::SystemOperation,
    datatype::{Equivalence, Partition, PartitionMut},
    environment::Universe,
    topology::SimpleCommunicator,
    traits::{Communicator, CommunicatorCollectives},
};
use ndarray::{Array2, ArrayRef2, Axis};

use crate::{
    datasets::{Batch, ImageFolder, rng},
    error::{Error, Result, ensure},
    transforms::Transform,
};

/// Numbers exchanged at a time: MPI counts to 2³¹, and each exchange needs a copy.
const AT_ONCE: usize = 1 << 24;

/// The processes that `mpirun` started, `torch.distributed.init_process_group("mpi")`; each is a rank, from 0 on.
pub struct World {
    communicator: SimpleCommunicator,
    /// Ends MPI when it is dropped.
    _universe: Universe,
    exchanged: Cell<(usize, usize, f64)>,
}

impl World {
    /// Joins the processes that `mpirun` started. Without `mpirun` there is one rank.
    ///
    /// # Errors
    /// [`Error::Config`] if this process has joined before.
    pub fn join() -> Result<Self> {
        let problem = || Error::Config("this process has joined MPI's world before: keep what join() returned".into());
        // Only the main thread calls MPI.
        let (universe, _) = mpi::initialize_with_threading(Threading::Funneled).ok_or_else(problem)?;
        Ok(Self { communicator: universe.world(), _universe: universe, exchanged: Cell::default() })
    }

    /// Returns the number of this process, from 0.
    #[must_use]
    pub fn rank(&self) -> usize {
        self.communicator.rank() as usize
    }

    /// Returns how many processes there are.
    #[must_use]
    pub fn size(&self) -> usize {
        self.communicator.size() as usize
    }

    /// Returns this rank's share of a number of things, in order; the shares differ by 1 at most.
    #[must_use]
    pub fn share(&self, total: usize) -> Range<usize> {
        self.share_of(self.rank(), total)
    }

    pub(super) fn share_of(&self, rank: usize, total: usize) -> Range<usize> {
        rank * total / self.size()..(rank + 1) * total / self.size()
    }

    /// Loads this rank's share of the pictures, as [`ImageFolder::load`] loads all.
    ///
    /// # Errors
    /// Those of [`ImageFolder::load`], and [`Error::Config`] if there are more ranks than pictures.
    pub fn load(&self, folder: &ImageFolder, transform: &impl Transform) -> Result<Batch> {
        let (n, ranks) = (folder.len(), self.size());
        ensure(ranks <= n, format!("{n} pictures are too few for {ranks} ranks: start at most {n}"))?;
        let rows: Vec<_> = self.share(n).collect();
        let size = transform.apply_random(folder.get(rows[0])?.0, &mut rng(0, 0, 0)).dimensions();
        folder.read(&rows, transform, size, (0, 0))
    }

    /// Ends all processes, this one with an error.
    pub fn abort(&self) -> ! {
        self.communicator.abort(1)
    }

    /// Waits until all ranks are here.
    pub fn barrier(&self) {
        self.communicator.barrier();
    }

    /// Adds up what each rank has, number by number; all get the sums.
    pub(super) fn sum<T: Equivalence + Copy>(&self, numbers: &mut [T]) {
        for numbers in numbers.chunks_mut(AT_ONCE) {
            let own = numbers.to_vec();
            self.timed(size_of_val(numbers), || {
                self.communicator.all_reduce_into(&own[..], numbers, SystemOperation::sum());
            });
        }
    }

    /// Joins what each rank has, by rank; none may have nothing.
    pub(super) fn gather<T: Equivalence + Copy + Default>(&self, part: &[T]) -> Vec<T> {
        let mut counts = vec![0; self.size()];
        self.communicator.all_gather_into(&count(part.len()), &mut counts[..]);
        let mut all = vec![T::default(); counts.iter().sum::<i32>() as usize];
        self.timed(size_of_val(&*all), || {
            let mut all = PartitionMut::new(&mut all[..], &counts[..], starts(&counts));
            self.communicator.all_gather_varcount_into(part, &mut all);
        });
        all
    }

    /// Turns some rows of X, all columns, into all rows, some columns: `rows` is the number of each rank's.
    pub(super) fn columns(&self, x: &ArrayRef2<f32>, rows: &[usize]) -> Array2<f32> {
        let (d, mine) = (x.ncols(), self.share(x.ncols()).len());
        let widths: Vec<_> = (0..self.size()).map(|rank| self.share_of(rank, d)).collect();
        let mut whole = Array2::zeros((rows.iter().sum(), mine));
        let (most, at_once) = (rows.iter().copied().max().unwrap_or(0), (AT_ONCE / d).max(1));
        for block in (0..most).step_by(at_once) {
            let within = |rows: usize| block.min(rows)..(block + at_once).min(rows);
            let part = x.slice_axis(Axis(0), within(x.nrows()).into());
            let of_rank = |columns: &Range<usize>| part.slice_axis(Axis(1), columns.clone().into()).to_owned();
            let numbers: Vec<f32> = widths.iter().flat_map(of_rank).collect();
            let sent: Vec<_> = widths.iter().map(|columns| count(part.nrows() * columns.len())).collect();
            let counts: Vec<_> = rows.iter().map(|&rows| count(within(rows).len() * mine)).collect();
            let mut received = vec![0.0_f32; counts.iter().sum::<i32>() as usize];
            self.timed(size_of_val(&*numbers), || {
                let from = Partition::new(&numbers[..], &sent[..], starts(&sent));
                let mut to = PartitionMut::new(&mut received[..], &counts[..], starts(&counts));
                self.communicator.all_to_all_varcount_into(&from, &mut to);
            });
            let mut received = received.chunks_exact(mine);
            let mut first = 0;
            for &rows in rows {
                for row in within(rows) {
                    let numbers = received.next().expect("as many rows as were sent").iter();
                    whole.row_mut(first + row).iter_mut().zip(numbers).for_each(|(to, from)| *to = *from);
                }
                first += rows;
            }
        }
        whole
    }

    fn timed(&self, bytes: usize, exchange: impl FnOnce()) {
        let start = Instant::now();
        exchange();
        let (count, before, seconds) = self.exchanged.get();
        self.exchanged.set((count + 1, before + bytes, seconds + start.elapsed().as_secs_f64()));
    }
}

/// Returns a number of numbers as MPI counts them.
fn count(numbers: usize) -> i32 {
    i32::try_from(numbers).expect("no rank has 2³¹ features or samples")
}

/// Returns where each part begins.
fn starts(counts: &[i32]) -> Vec<i32> {
    counts.iter().scan(0, |next, count| Some(mem::replace(next, *next + count))).collect()
}

/// `rank 0 of 4: 201 exchanges of 3.2 kB on average, 0.012 s in all`
impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, bytes, seconds) = self.exchanged.get();
        let mean = bytes as f64 / 1e3 / count.max(1) as f64;
        write!(
            f,
            "rank {} of {}: {count} exchanges of {mean:.1} kB on average, {seconds:.3} s in all",
            self.rank(),
            self.size()
        )
    }
}
