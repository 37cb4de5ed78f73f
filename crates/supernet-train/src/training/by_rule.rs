//! Update rules as an optimiser of Burn.

use super::{nesterov::Nesterov, rule_draws::RuleDraws, rule_state::RuleState, update_rule::UpdateRule};
use burn::{
    optim::{ModuleOptimizer, Optimizer},
    tensor::{Device, Tensor},
};
use supernet_space::{
    Schedule,
    programs::{EPSILON, Moments, Operand, RuleBinary, RuleUnary, UpdateProgram},
};

impl UpdateRule {
    /// Returns the optimiser of a training of `steps` steps that moves weights by this rule; SGD
    /// with Nesterov momentum `momentum`, and what is drawn under `seed`. Its state is part of what
    /// [`ModuleOptimizer::into_bytes`] gives.
    pub fn optimizer(self, momentum: f64, seed: u64, steps: u64) -> ModuleOptimizer {
        match self {
            Self::Sgd => Nesterov { momentum }.into(),
            rule => ByRule { rule, seed, steps }.into(),
        }
    }
}

/// Moves each parameter by a rule other than SGD in a training of so many steps.
#[derive(Clone)]
struct ByRule {
    rule: UpdateRule,
    /// Of what it draws.
    seed: u64,
    steps: u64,
}

/// A parameter at a step.
struct Scene<'a, const D: usize> {
    weight: &'a Tensor<D>,
    gradient: &'a Tensor<D>,
    state: &'a RuleState<D>,
    draws: RuleDraws,
    steps: u64,
}

impl Optimizer for ByRule {
    type State<const D: usize> = RuleState<D>;

    fn step<const D: usize>(
        &self,
        rate: f64,
        weight: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<RuleState<D>>,
    ) -> (Tensor<D>, Option<RuleState<D>>) {
        let draws = matches!(self.rule, UpdateRule::Program(program) if program.draws());
        let state = state.unwrap_or_else(|| RuleState::new(&weight, draws)).after(&gradient, moments(self.rule));
        let scene = Scene {
            weight: &weight,
            gradient: &gradient,
            state: &state,
            draws: state.draws(self.seed),
            steps: self.steps,
        };
        let direction = match self.rule {
            UpdateRule::Sgd => gradient.clone(),
            UpdateRule::PowerSign(decay) => scene.agreement(decay).exp() * gradient.clone(),
            UpdateRule::AddSign(decay) => scene.agreement(decay).add_scalar(1.0) * gradient.clone(),
            UpdateRule::Program(program) => scene.program(program),
        };
        (weight - direction.mul_scalar(rate), Some(state))
    }

    fn to_device<const D: usize>(state: RuleState<D>, device: &Device) -> RuleState<D> {
        state.moved_to(device)
    }
}

/// The moments that a rule reads.
fn moments(rule: UpdateRule) -> Moments {
    match rule {
        UpdateRule::Sgd => Moments::default(),
        UpdateRule::PowerSign(_) | UpdateRule::AddSign(_) => Moments { first: true, ..Moments::default() },
        UpdateRule::Program(program) => program.moments(),
    }
}

impl<const D: usize> Scene<'_, D> {
    /// d·sign(g)·sign(m).
    fn agreement(&self, decay: Schedule) -> Tensor<D> {
        let signs = self.gradient.clone().sign() * self.state.moment(0).sign();
        signs.mul_scalar(decay.at(1.0, self.state.step(), self.steps))
    }

    /// Δ of a program. Each place where something is drawn has a number: three for each unit, of
    /// its operand and its functions.
    fn program(&self, program: UpdateProgram) -> Tensor<D> {
        program.units().zip(1..).fold(self.operand(program.start(), 0), |z, (unit, place)| {
            let left = self.unary(unit.left, z, 3 * place + 1);
            // What is not read is not computed.
            if unit.binary == RuleBinary::Keep {
                return left;
            }
            let operand = self.operand(unit.operand, 3 * place);
            binary(unit.binary, left, self.unary(unit.right, operand, 3 * place + 2))
        })
    }

    fn operand(&self, operand: Operand, place: usize) -> Tensor<D> {
        let g = || self.gradient.clone();
        let by_root = |x: Tensor<D>| x / self.state.moment(1).sqrt().add_scalar(EPSILON);
        match operand {
            Operand::Gradient => g(),
            Operand::Square => g().square(),
            Operand::Cube => g().square() * g(),
            Operand::First => self.state.moment(0),
            Operand::Second => self.state.moment(1),
            Operand::Third => self.state.moment(2),
            Operand::Sign => g().sign(),
            Operand::FirstSign => self.state.moment(0).sign(),
            Operand::One => g().ones_like(),
            Operand::Two => g().ones_like().mul_scalar(2.0),
            Operand::Noise => self.draws.noise(place, Operand::NOISE, self.gradient),
            Operand::Adam => by_root(self.state.moment(0)),
            Operand::RmsProp => by_root(g()),
            Operand::Tenth | Operand::Hundredth | Operand::Thousandth | Operand::TenThousandth => {
                self.weight.clone().mul_scalar(operand.of_weight().expect("a multiple of it"))
            }
        }
    }

    fn unary(&self, unary: RuleUnary, x: Tensor<D>, place: usize) -> Tensor<D> {
        if let Some(bound) = unary.clip() {
            return x.clamp(-bound, bound);
        }
        if let Some(probability) = unary.drop() {
            let dropped = self.draws.chance(place, probability, &x);
            return x.mask_fill(dropped, 0.0);
        }
        if let Some(schedule) = unary.schedule() {
            return x.mul_scalar(schedule.at(1.0, self.state.step(), self.steps));
        }
        match unary {
            RuleUnary::Negative => x.neg(),
            RuleUnary::Exponential => x.exp(),
            RuleUnary::Logarithm => x.abs().add_scalar(EPSILON).log(),
            RuleUnary::Sign => x.sign(),
            _ => x,
        }
    }
}

fn binary<const D: usize>(binary: RuleBinary, x: Tensor<D>, y: Tensor<D>) -> Tensor<D> {
    match binary {
        RuleBinary::Sum => x + y,
        RuleBinary::Difference => x - y,
        RuleBinary::Product => x * y,
        RuleBinary::Quotient => x / y.add_scalar(EPSILON),
        RuleBinary::Power => x.powf(y),
        RuleBinary::Keep => x,
    }
}
