//! Gradient descent on a card, many epochs at a time: three kernels each, which are in `kernels.cu`.

use cudarc::driver::{CudaFunction, CudaGraph, CudaSlice, PushKernelArg, sys};
use ndarray::{Array2, ArrayRef1, ArrayRef2};

use super::cuda::{Answer, COLUMNS, Cuda, ROWS, Samples, WARPS, launch};
use crate::error::Result;

/// About as many warps of the forward kernel for each multiprocessor, which runs 16 of them at a time.
const MANY: usize = 64;
/// Epochs of a graph, which the driver starts at once: it takes about as long to start a kernel as a card takes for it.
const EPOCHS: usize = 10;

/// What to learn.
pub(crate) struct Task<'a> {
    /// Shapes (n, d) and (n).
    pub(crate) x: &'a ArrayRef2<f32>,
    pub(crate) y: &'a ArrayRef1<f32>,
    /// The validation samples, shape (m, d).
    pub(crate) val_x: Option<&'a ArrayRef2<f32>>,
    pub(crate) pos_weight: f32,
    pub(crate) weight_decay: f32,
    /// The most steps of a [`Descent::run`].
    pub(crate) most: usize,
}

/// A model in training on a card.
pub(crate) struct Descent {
    card: Cuda,
    kernels: [CudaFunction; 3],
    samples: Samples,
    y: CudaSlice<f32>,
    /// The weight, the bias, and zeros up to `samples.d`; and as they were before the last run.
    w: CudaSlice<f32>,
    before: CudaSlice<f32>,
    /// The logits before their sum over `shares` of the columns, and e.
    parts: CudaSlice<f32>,
    shares: i32,
    e: CudaSlice<f32>,
    /// Of a run: the steps made, the learning rate of each, and the logits from before each and after the last.
    epoch: CudaSlice<i32>,
    rates: CudaSlice<f32>,
    logits: CudaSlice<f32>,
    features: i32,
    pos_weight: f32,
    weight_decay: f32,
    graph: Option<CudaGraph>,
}

impl Descent {
    /// Copies the samples to the card and starts from this weight and bias.
    ///
    /// # Errors
    /// [`Error::Device`](crate::Error::Device) if they do not fit in its memory, or it fails.
    pub(crate) fn new(card: &Cuda, task: &Task<'_>, weight: &ArrayRef1<f32>, bias: Option<f32>) -> Result<Self> {
        let parts: Vec<_> = [Some(task.x), task.val_x].into_iter().flatten().collect();
        let samples = card.samples(&parts, bias.is_some())?;
        let begin = || {
            let (rows, stream) = (samples.rows, &card.stream);
            // As many shares of the columns as there are warps for, all of the same size.
            let (blocks, wanted) = (samples.d / COLUMNS, MANY * card.multiprocessors / rows.div_ceil(ROWS));
            let shares = blocks.div_ceil(blocks.div_ceil(wanted.max(1)));
            let mut w: Vec<f32> = weight.iter().copied().chain(bias).collect();
            w.resize(samples.d, 0.0);
            let mut descent = Self {
                kernels: [
                    card.kernel("forward", &samples)?,
                    card.module.load_function("errors")?,
                    card.kernel("step", &samples)?,
                ],
                y: stream.clone_htod(&task.y.to_vec())?,
                before: stream.clone_htod(&w)?,
                w: stream.clone_htod(&w)?,
                parts: stream.alloc_zeros(shares * rows)?,
                shares: shares as i32,
                e: stream.alloc_zeros(task.y.len())?,
                epoch: stream.alloc_zeros(1)?,
                rates: stream.alloc_zeros(task.most)?,
                logits: stream.alloc_zeros((task.most + 1) * rows)?,
                features: weight.len() as i32,
                pos_weight: task.pos_weight,
                weight_decay: task.weight_decay,
                card: card.clone(),
                samples,
                graph: None,
            };
            descent.forward()?;
            descent.record()?;
            Ok(descent)
        };
        begin().map_err(|error| card.error(error))
    }

    /// Makes a step with each of these learning rates; returns the logits from before each step and after the last, those
    /// of the validation samples last: shape (steps + 1, n + m).
    pub(crate) fn run(&mut self, rates: &[f32]) -> Result<Array2<f32>> {
        let mut run = || {
            let stream = self.card.stream.clone();
            stream.memcpy_dtod(&self.w, &mut self.before)?;
            stream.memcpy_htod(rates, &mut self.rates)?;
            self.steps(rates.len())?;
            self.errors()?;
            stream.clone_dtoh(&self.logits.slice(..(rates.len() + 1) * self.samples.rows))
        };
        let logits = run().map_err(|error| self.card.error(error))?;
        Ok(Array2::from_shape_vec((rates.len() + 1, self.samples.rows), logits).expect("as many logits"))
    }

    /// Makes only the first steps of the last run.
    pub(crate) fn rewind(&mut self, steps: usize) -> Result<()> {
        let mut rewind = || {
            self.card.stream.memcpy_dtod(&self.before, &mut self.w)?;
            self.forward()?;
            self.steps(steps)
        };
        rewind().map_err(|error| self.card.error(error))
    }

    /// Writes weight and bias back.
    pub(crate) fn write_to(&self, weight: &mut ArrayRef1<f32>, bias: &mut Option<f32>) -> Result<()> {
        let w = self.card.stream.clone_dtoh(&self.w).map_err(|error| self.card.error(error))?;
        weight.iter_mut().zip(&w).for_each(|(to, w)| *to = *w);
        *bias = bias.map(|_| w[weight.len()]);
        Ok(())
    }

    fn steps(&mut self, steps: usize) -> Answer<()> {
        self.card.stream.memset_zeros(&mut self.epoch)?;
        let graphs = self.graph.iter().cycle().take(steps / EPOCHS);
        graphs.map(CudaGraph::launch).collect::<Answer<()>>()?;
        (0..steps % EPOCHS).try_for_each(|_| self.epoch())
    }

    /// Makes a graph of [`EPOCHS`] epochs.
    fn record(&mut self) -> Answer<()> {
        let stream = self.card.stream.clone();
        stream.begin_capture(sys::CUstreamCaptureMode::CU_STREAM_CAPTURE_MODE_THREAD_LOCAL)?;
        let recorded = (0..EPOCHS).try_for_each(|_| self.epoch());
        self.graph = stream.end_capture(sys::CUgraphInstantiate_flags(0))?;
        recorded
    }

    /// One epoch, from the logits' parts to the next ones.
    fn epoch(&mut self) -> Answer<()> {
        self.errors()?;
        self.step()?;
        self.forward()
    }

    fn forward(&mut self) -> Answer<()> {
        let Samples { x, rows, d, unit } = &self.samples;
        let blocks = (rows.div_ceil(ROWS) * self.shares as usize).div_ceil(WARPS);
        let (rows, d) = (*rows as i32, *d as i32);
        let mut args = self.card.stream.launch_builder(&self.kernels[0]);
        args.arg(x).arg(&self.w).arg(&mut self.parts).arg(&mut self.epoch);
        launch(args.arg(&self.shares).arg(&rows).arg(&d).arg(unit), blocks, 1)
    }

    fn errors(&mut self) -> Answer<()> {
        let (n, rows) = (self.y.len() as i32, self.samples.rows as i32);
        let mut args = self.card.stream.launch_builder(&self.kernels[1]);
        args.arg(&self.parts).arg(&self.y).arg(&mut self.e).arg(&mut self.logits).arg(&self.epoch);
        launch(args.arg(&self.shares).arg(&n).arg(&rows).arg(&self.pos_weight), self.samples.rows.div_ceil(32), 1)
    }

    fn step(&mut self) -> Answer<()> {
        let Samples { x, d, unit, .. } = &self.samples;
        let (n, blocks, d) = (self.y.len() as i32, d / COLUMNS, *d as i32);
        let mut args = self.card.stream.launch_builder(&self.kernels[2]);
        args.arg(x).arg(&self.e).arg(&mut self.w).arg(&self.epoch).arg(&self.rates);
        launch(args.arg(&n).arg(&d).arg(&self.features).arg(unit).arg(&self.weight_decay), blocks, 1)
    }
}
