//! A butterfly: a slim body between four broad wings of one colour.

use crate::{
    body::{Body, Part, Pose},
    dice::Dice,
    solid::{Fur, Pattern, Skin},
    vector::{Color, Vec3, rgb, vec3},
};

/// A butterfly in this pose, its wings spread flat or half raised.
pub fn build(pose: Pose, dice: &mut Dice) -> Vec<Part> {
    let tint = dice.pick(&[
        rgb(232, 226, 210),
        rgb(226, 210, 90),
        rgb(214, 116, 30),
        rgb(160, 52, 24),
        rgb(70, 110, 190),
        rgb(96, 66, 44),
        rgb(44, 36, 40),
    ]);
    let (tint, dark) = (dice.vary(tint, 0.2), rgb(40, 32, 28));
    let mut body = Body::new(pose);
    let skin = |color: Color, hairs: usize, dice: &mut Dice| Skin {
        color,
        pattern: Pattern::Plain,
        gloss: 0.1,
        grain: 0.3,
        fur: Some(Fur { color: color.mix(rgb(200, 180, 150), 0.4), length: 0.04, hairs }),
        seed: dice.seed(),
    };
    let coat = skin(dark, 60, dice);
    body.solid(vec3(-0.24, 0.0, 0.20), vec3(0.26, 0.045, 0.045), 0.05, coat);
    body.solid(vec3(0.10, 0.0, 0.22), vec3(0.13, 0.07, 0.07), 0.0, coat);
    body.solid(vec3(0.27, 0.0, 0.22), vec3(0.055, 0.055, 0.05), 0.0, skin(dark, 20, dice));
    let lift = dice.pick(&[0.05, 0.15, 0.3, 0.6]) + dice.between(0.0, 0.1);
    let open = dice.between(0.0, 0.35);
    let look = (tint, dice.between(0.86, 0.98));
    for side in [-1.0, 1.0] {
        let ray = |angle: f32, length: f32| vec3(angle.cos(), angle.sin() * side, lift) * length;
        body.wing(vec3(-0.02, 0.04 * side, 0.245), ray(2.0 + 0.5 * open, 0.52), 0.26, look, dice);
        body.wing(vec3(0.12, 0.04 * side, 0.255), ray(1.1 + open, 0.72), 0.25, look, dice);
        feelers(&mut body, side, dark, dice);
    }
    body.parts
}

/// The antenna with its club, and the two legs that can be seen.
fn feelers(body: &mut Body, side: f32, color: Color, dice: &mut Dice) {
    let tip = vec3(dice.between(0.56, 0.64), dice.between(0.14, 0.22) * side, 0.32);
    body.chain(&[vec3(0.31, 0.02 * side, 0.24), vec3(0.44, 0.08 * side, 0.30), tip], (0.007, 0.007), color, 0.2);
    body.solid(tip, vec3(0.03, 0.013, 0.013), 0.2, Skin::plain(color, 0.2));
    for (root, foot) in [(0.14, vec3(0.26, 0.16, 0.0)), (0.04, vec3(0.0, 0.18, 0.0))] {
        let mirrored = |p: Vec3| vec3(p.x, p.y * side, p.z);
        let hip = vec3(root, 0.04, 0.18);
        let knee = hip.mix(foot, 0.5) + vec3(0.0, 0.03, 0.04);
        body.chain(&[hip, knee, foot].map(mirrored), (0.011, 0.006), color, 0.2);
    }
}
