//! Mini-batches straight from the files, `torch.utils.data.DataLoader`: for more pictures than memory holds.

use std::{collections::VecDeque, panic::resume_unwind, sync::Arc, sync::mpsc, thread};

use crate::{Batch, ImageFolder, Result, Transform, batch::shuffled};

/// Decoders that take turns, each a batch ahead: while one waits for its last picture, the other keeps the cores busy.
const DECODERS: usize = 2;

/// Gives every picture of a folder once per epoch, a few at a time.
///
/// Memory holds five batches at most, whatever the number of pictures: one in use, two ready, two being decoded, on all
/// cores.
///
/// ```no_run
/// use lrlib::{CenterCrop, Compose, DataLoader, ImageFolder, LogisticRegression, Resize};
///
/// let transform = Compose::new().then(Resize(224)).then(CenterCrop(224));
/// let loader = DataLoader::new(ImageFolder::new("data/insects/train")?, transform, 32).shuffle(1);
/// let mut model = LogisticRegression::new(3 * 224 * 224);
/// for epoch in 0..10 {
///     for batch in loader.epoch(epoch) {
///         let batch = batch?;
///         let grads = model.backward(&batch.x, &model.forward(&batch.x), &batch.y);
///         model.step(&grads, 1e-4);
///     }
/// }
/// # Ok::<(), lrlib::Error>(())
/// ```
#[derive(Clone)]
pub struct DataLoader {
    folder: ImageFolder,
    transform: Arc<dyn Transform + Send>,
    batch_size: usize,
    seed: Option<u64>,
}

impl DataLoader {
    /// Batches of `batch_size` pictures in the folder's order; the last may be smaller.
    ///
    /// # Panics
    /// If `batch_size` is 0.
    #[must_use]
    #[track_caller]
    pub fn new(folder: ImageFolder, transform: impl Transform + Send + 'static, batch_size: usize) -> Self {
        assert!(batch_size > 0, "a mini-batch of no samples");
        Self { folder, transform: Arc::new(transform), batch_size, seed: None }
    }

    /// The same in a random order, another at each epoch: the one in which [`fit`](crate::fit) with this `seed` draws its
    /// mini-batches from memory.
    #[must_use]
    pub fn shuffle(self, seed: u64) -> Self {
        Self { seed: Some(seed), ..self }
    }

    /// Starts decoding in the background, and gives the batches as they get ready. Dropped, it stops.
    ///
    /// An item is an error where a picture cannot be read or has another size than the folder's first, as
    /// [`ImageFolder::load`] says; nothing follows it.
    #[must_use]
    pub fn epoch(&self, epoch: usize) -> Batches {
        let mut rows = (0..self.folder.len()).collect();
        if let Some(seed) = self.seed {
            rows = shuffled(rows, seed.wrapping_add(epoch as u64));
        }
        let decoders = (0..DECODERS).map(|turn| {
            let (sender, receiver) = mpsc::sync_channel(1);
            let (loader, rows) = (self.clone(), rows.clone());
            let decoder = thread::spawn(move || {
                if let Err(error) = loader.decode(&rows, turn, &sender) {
                    // Where nobody listens any more, nobody misses it.
                    let _ = sender.send(Err(error));
                }
            });
            (receiver, decoder)
        });
        Batches { decoders: decoders.collect() }
    }

    fn decode(&self, rows: &[usize], turn: usize, sender: &mpsc::SyncSender<Result<Batch>>) -> Result<()> {
        let size = self.transform.apply(self.folder.get(0)?.0).dimensions();
        let mut batches = rows.chunks(self.batch_size).skip(turn).step_by(DECODERS).peekable();
        while let Some(rows) = batches.next() {
            let batch = thread::scope(|scope| {
                // Meanwhile the files after them come into the system's cache, lest the cores wait for the disk.
                batches.peek().map(|next| scope.spawn(|| self.folder.touch(next)));
                self.folder.read(rows, &*self.transform, size)
            });
            if sender.send(Ok(batch?)).is_err() {
                break;
            }
        }
        Ok(())
    }
}

/// `DataLoader(244 pictures, 32 at a time)`
impl std::fmt::Debug for DataLoader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DataLoader({} pictures, {} at a time)", self.folder.len(), self.batch_size)
    }
}

/// One epoch of a [`DataLoader`].
#[derive(Debug)]
pub struct Batches {
    /// The next one's turn first; empty after the end.
    decoders: VecDeque<(mpsc::Receiver<Result<Batch>>, thread::JoinHandle<()>)>,
}

impl Iterator for Batches {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Self::Item> {
        let (receiver, decoder) = self.decoders.pop_front()?;
        let batch = receiver.recv();
        match &batch {
            Ok(Ok(_)) => self.decoders.push_back((receiver, decoder)),
            Ok(Err(_)) => self.decoders.clear(),
            // The end; or a transform panicked, and that must not look like an end.
            Err(_) => {
                self.decoders.clear();
                decoder.join().unwrap_or_else(|panic| resume_unwind(panic));
            }
        }
        batch.ok()
    }
}
