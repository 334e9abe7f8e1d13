//! Gradient descent on a graphics card: four kernels an epoch, which are in `kernels.wgsl`.

use bytemuck::cast_slice;
use ndarray::{Array2, ArrayRef1};
use wgpu::{
    BindGroup, BindGroupDescriptor, BindGroupEntry, Buffer, BufferUsages, CommandEncoderDescriptor,
    ComputePassDescriptor, ComputePipeline, ComputePipelineDescriptor, Device, PipelineCompilationOptions,
    ShaderModuleDescriptor, ShaderSource,
};

use super::gpu::{Gpu, Piece};
use crate::{
    error::Result,
    fast::device::{
        card::{Card, Descent, Start},
        rows::Form,
    },
};

const KERNELS: &str = include_str!("kernels.wgsl");
const BYTES: &str = "alias Four = u32;\nfn values(four: Four) -> vec4f { return vec4f(unpack4xU8(four)); }\n";
const FLOATS: &str = "alias Four = vec4f;\nfn values(four: Four) -> vec4f { return four; }\n";
/// The fours of columns of a share: three for each thread of a group.
const SHARE: usize = 768;

/// A model in training on a graphics card.
struct WgpuDescent {
    gpu: Gpu,
    /// An epoch: errors, backward, step, forward.
    epoch: Vec<Launch>,
    /// The steps made in this run, and the learning rate of the next.
    now: Buffer,
    /// The weight, the bias, and zeros.
    w: Buffer,
    /// The logits from before each step and after the last.
    logits: Buffer,
    rows: usize,
}

/// A kernel, the memory that it works on, and the number of its groups.
struct Launch(ComputePipeline, BindGroup, usize);

impl Card for Gpu {
    fn descent(&self, start: &Start<'_>) -> Result<Box<dyn Descent>> {
        self.checked(|| Ok(Box::new(WgpuDescent::new(self, start)?) as Box<dyn Descent>))
    }

    fn is_software(&self) -> bool {
        self.is_software
    }
}

impl WgpuDescent {
    fn new(gpu: &Gpu, start: &Start<'_>) -> Result<Self> {
        let &Start { parts, y, weight, bias, pos_weight, weight_decay, most } = start;
        let (n, features, columns) = (y.len(), weight.len(), (weight.len() + 1).div_ceil(4));
        let shares = columns.div_ceil(SHARE);
        let (form, rows) = (Form::of(parts), parts.iter().map(|x| x.nrows()).sum());
        let mut numbers: Vec<f32> = weight.iter().copied().chain(bias).collect();
        numbers.resize(4 * columns, 0.0);
        let w = gpu.copied(&numbers, BufferUsages::STORAGE)?;
        let y = gpu.copied(&y.to_vec(), BufferUsages::STORAGE)?;
        let now = gpu.zeros(8, BufferUsages::UNIFORM)?;
        let zeros = |count: usize| gpu.zeros(4 * count, BufferUsages::STORAGE);
        let (sums, e, gradient) = (zeros(shares * rows)?, zeros(n)?, zeros(4 * columns)?);
        let (logits, stopped) = (zeros((most + 1) * rows)?, zeros(1)?);
        let piece = |Piece { x, first, rows: here }| {
            let learn = n.saturating_sub(first).min(here);
            let sizes = [first, here, learn, rows, n, features, columns, shares].map(|size| size as u32);
            let factors = [form.unit(), pos_weight, weight_decay].map(f32::to_bits);
            Ok((gpu.copied(&[&sizes[..], &factors].concat(), BufferUsages::UNIFORM)?, x, here))
        };
        let pieces = gpu.samples(start, form)?.into_iter().map(piece);
        let pieces = pieces.collect::<Result<Vec<_>>>()?;
        let p = &pieces[0].0;

        // A kernel works on its bindings, as numbered in kernels.wgsl.
        let [forward, errors, backward, step] = kernels(&gpu.device, form);
        let launch = |kernel: &ComputePipeline, bindings: &[(u32, &Buffer)], groups| {
            let entries =
                bindings.iter().map(|&(binding, x)| BindGroupEntry { binding, resource: x.as_entire_binding() });
            let (layout, entries) = (&kernel.get_bind_group_layout(0), &entries.collect::<Vec<_>>());
            let memory = gpu.device.create_bind_group(&BindGroupDescriptor { label: None, layout, entries });
            Launch(kernel.clone(), memory, groups)
        };
        let of_errors = [(0, p), (1, &now), (3, &y), (5, &sums), (6, &e), (8, &logits), (9, &stopped)];
        let of_step = [(0, p), (1, &now), (4, &w), (7, &gradient), (9, &stopped)];
        let mut epoch = vec![launch(&errors, &of_errors, rows.div_ceil(256))];
        for (p, x, _) in &pieces {
            epoch.push(launch(&backward, &[(0, p), (2, x), (6, &e), (7, &gradient)], columns.div_ceil(64)));
        }
        epoch.push(launch(&step, &of_step, columns.div_ceil(256)));
        for (p, x, here) in &pieces {
            epoch.push(launch(&forward, &[(0, p), (2, x), (4, &w), (5, &sums)], shares * here.div_ceil(4)));
        }
        let descent = Self { gpu: gpu.clone(), epoch, now, w, logits, rows };
        descent.submit(&descent.epoch[2 + pieces.len()..], 0, 0.0);
        Ok(descent)
    }

    /// Starts kernels, one after the other, for this step.
    fn submit(&self, launches: &[Launch], epoch: usize, rate: f32) {
        let Gpu { device, queue, .. } = &self.gpu;
        queue.write_buffer(&self.now, 0, cast_slice(&[epoch as u32, rate.to_bits()]));
        let mut encoder = device.create_command_encoder(&CommandEncoderDescriptor::default());
        let mut pass = encoder.begin_compute_pass(&ComputePassDescriptor::default());
        for Launch(kernel, memory, groups) in launches {
            let width = (*groups).min(device.limits().max_compute_workgroups_per_dimension as usize);
            pass.set_pipeline(kernel);
            pass.set_bind_group(0, memory, &[]);
            pass.dispatch_workgroups(width as u32, groups.div_ceil(width) as u32, 1);
        }
        drop(pass);
        queue.submit([encoder.finish()]);
    }
}

impl Descent for WgpuDescent {
    fn run(&mut self, rates: &[f32]) -> Result<Array2<f32>> {
        let steps = rates.len();
        // An epoch at a time: a driver takes a card that is busy for seconds for one that hangs.
        self.gpu.checked(|| {
            rates.iter().enumerate().for_each(|(epoch, &rate)| self.submit(&self.epoch, epoch, rate));
            self.submit(&self.epoch[..1], steps, 0.0);
            Ok(())
        })?;
        let logits = self.gpu.numbers(&self.logits, (steps + 1) * self.rows)?;
        Ok(Array2::from_shape_vec((steps + 1, self.rows), logits).expect("as many logits"))
    }

    fn write_to(&self, weight: &mut ArrayRef1<f32>, bias: &mut Option<f32>) -> Result<()> {
        let w = self.gpu.numbers(&self.w, weight.len() + usize::from(bias.is_some()))?;
        weight.iter_mut().chain(bias).zip(w).for_each(|(to, w)| *to = w);
        Ok(())
    }
}

/// Compiles the kernels for X in this form.
fn kernels(device: &Device, form: Form) -> [ComputePipeline; 4] {
    let four = if form == Form::Bytes { BYTES } else { FLOATS };
    let source = ShaderSource::Wgsl(format!("{four}{KERNELS}").into());
    let module = device.create_shader_module(ShaderModuleDescriptor { label: None, source });
    ["forward", "errors", "backward", "step"].map(|name| {
        device.create_compute_pipeline(&ComputePipelineDescriptor {
            label: Some(name),
            layout: None,
            module: &module,
            entry_point: Some(name),
            compilation_options: PipelineCompilationOptions::default(),
            cache: None,
        })
    })
}
