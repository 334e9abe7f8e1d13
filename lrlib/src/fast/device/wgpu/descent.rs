//! Gradient descent on a graphics card: four kernels an epoch, which are in `kernels.wgsl`.

use bytemuck::cast_slice;
use ndarray::{Array2, ArrayRef1};
use wgpu::{
    BindGroup, BindGroupDescriptor, BindGroupEntry, BindGroupLayout, BindGroupLayoutDescriptor, BindGroupLayoutEntry,
    BindingType, Buffer, BufferBindingType, BufferUsages, CommandEncoderDescriptor, ComputePassDescriptor,
    ComputePipeline, ComputePipelineDescriptor, PipelineCompilationOptions, PipelineLayoutDescriptor,
    ShaderModuleDescriptor, ShaderSource, ShaderStages,
};

use super::gpu::{Gpu, Samples};
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
}

impl WgpuDescent {
    fn new(gpu: &Gpu, start: &Start<'_>) -> Result<Self> {
        let &Start { parts, y, weight, bias, pos_weight, weight_decay, most } = start;
        let (n, features, columns) = (y.len(), weight.len(), (weight.len() + 1).div_ceil(4));
        let shares = columns.div_ceil(SHARE);
        let Samples { x, rows, at_once, form } = gpu.samples(parts, 4 * columns, bias.is_some())?;
        let mut numbers: Vec<f32> = weight.iter().copied().chain(bias).collect();
        numbers.resize(4 * columns, 0.0);
        let w = gpu.copied(&numbers, BufferUsages::STORAGE)?;
        let y = gpu.copied(&y.to_vec(), BufferUsages::STORAGE)?;
        let now = gpu.zeros(8, BufferUsages::UNIFORM)?;
        let zeros = |count: usize| gpu.zeros(4 * count, BufferUsages::STORAGE);
        let (sums, e, gradient) = (zeros(shares * rows)?, zeros(n)?, zeros(4 * columns)?);
        let (logits, stopped) = (zeros((most + 1) * rows)?, zeros(1)?);

        let (layout, [forward, errors, backward, step]) = kernels(gpu, form);
        let piece = |(x, first): (&Buffer, usize)| {
            let here = at_once.min(rows - first);
            let learn = n.saturating_sub(first).min(here);
            let sizes = [first, here, learn, rows, n, features, columns, shares].map(|size| size as u32);
            let factors = [form.unit(), pos_weight, weight_decay].map(f32::to_bits);
            let p = gpu.copied(&[&sizes[..], &factors].concat(), BufferUsages::UNIFORM)?;
            let memory = [&p, &now, x, &y, &w, &sums, &e, &gradient, &logits, &stopped].map(Buffer::as_entire_binding);
            let entries: Vec<_> =
                (0..).zip(memory).map(|(binding, resource)| BindGroupEntry { binding, resource }).collect();
            let memory = BindGroupDescriptor { label: None, layout: &layout, entries: &entries };
            Ok((gpu.device.create_bind_group(&memory), here))
        };
        let pieces = x.iter().zip((0..rows).step_by(at_once)).map(piece).collect::<Result<Vec<_>>>()?;
        let any = &pieces[0].0;
        let launch =
            |kernel: &ComputePipeline, memory: &BindGroup, groups| Launch(kernel.clone(), memory.clone(), groups);
        let mut epoch = vec![launch(&errors, any, rows.div_ceil(256))];
        epoch.extend(pieces.iter().map(|(piece, _)| launch(&backward, piece, columns.div_ceil(64))));
        epoch.push(launch(&step, any, columns.div_ceil(256)));
        let forwards = epoch.len();
        epoch.extend(pieces.iter().map(|(piece, here)| launch(&forward, piece, shares * here.div_ceil(4))));
        let descent = Self { gpu: gpu.clone(), epoch, now, w, logits, rows };
        descent.submit(&descent.epoch[forwards..], 0, 0.0);
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
fn kernels(gpu: &Gpu, form: Form) -> (BindGroupLayout, [ComputePipeline; 4]) {
    let four = if form == Form::Bytes { BYTES } else { FLOATS };
    let source = ShaderSource::Wgsl(format!("{four}{KERNELS}").into());
    let module = gpu.device.create_shader_module(ShaderModuleDescriptor { label: None, source });
    let entries = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(|binding| {
        let ty = if binding < 2 {
            BufferBindingType::Uniform
        } else {
            BufferBindingType::Storage { read_only: binding < 4 }
        };
        let ty = BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None };
        BindGroupLayoutEntry { binding, visibility: ShaderStages::COMPUTE, ty, count: None }
    });
    let layout = gpu.device.create_bind_group_layout(&BindGroupLayoutDescriptor { label: None, entries: &entries });
    let bind_group_layouts = &[Some(&layout)];
    let of_all = PipelineLayoutDescriptor { label: None, bind_group_layouts, immediate_size: 0 };
    let of_all = gpu.device.create_pipeline_layout(&of_all);
    let kernels = ["forward", "errors", "backward", "step"].map(|name| {
        gpu.device.create_compute_pipeline(&ComputePipelineDescriptor {
            label: Some(name),
            layout: Some(&of_all),
            module: &module,
            entry_point: Some(name),
            compilation_options: PipelineCompilationOptions::default(),
            cache: None,
        })
    });
    (layout, kernels)
}
