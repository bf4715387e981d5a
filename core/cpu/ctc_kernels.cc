// The forward and backward variables of CTC (Graves et al., 2006) as logarithms. The states of one time step are independent of
// each other, so a step is a loop over states that vectorises.
#include <cstring>
#include <limits>
#include <memory>

#include "core/cpu/cpu_kernels.h"
#include "core/cpu/families.h"
#include "core/cpu/vector_math.h"
#include "ember/core/kernels/loss.h"
#include "ember/core/parallel.h"

namespace ember::EMBER_ISA {

namespace {

template <class T>
constexpr T kMinusInfinity = -std::numeric_limits<T>::infinity();

/// log(exp(a) + exp(b) + exp(c)).
template <class T>
inline T add_logs(T a, T b, T c) {
  T top = a > b ? a : b;
  top = top > c ? top : c;
  top = top == kMinusInfinity<T> ? T(0) : top;
  return math::log(math::exp(a - top) + math::exp(b - top) + math::exp(c - top)) + top;
}

/// One sample: blanks between, before and after its labels are the states. Two spare entries lie at each end of a row of states.
template <class T>
class Sample {
 public:
  Sample(const CtcBatch& batch, int64_t n)
      : classes_(batch.log_probs.sizes()[2]),
        step_(batch.log_probs.sizes()[1] * classes_),
        states_(2 * batch.target_lengths[n] + 1),
        length_(batch.input_lengths[n]),
        log_probs_(reinterpret_cast<const T*>(batch.log_probs.raw_data()) + n * classes_),
        label_(new int64_t[states_]),
        skip_in_(new T[3 * (states_ + 4)]),
        skip_out_(skip_in_.get() + states_ + 4),
        emitted_(skip_out_ + states_ + 4) {
    const auto* labels = reinterpret_cast<const int64_t*>(batch.targets.raw_data()) + batch.first_labels[n];
    for (int64_t s = 0; s < states_; ++s) label_[s] = s % 2 ? labels[s / 2] : batch.blank;
    // Added where a step may jump over a blank: between different labels.
    for (int64_t s = 0; s < states_; ++s) skip_in_[s] = may_skip(s) ? T(0) : kMinusInfinity<T>;
    for (int64_t s = 0; s < states_; ++s) skip_out_[s] = may_skip(s + 2) ? T(0) : kMinusInfinity<T>;
  }

  int64_t states() const { return states_; }
  int64_t length() const { return length_; }
  int64_t label(int64_t s) const { return label_[s]; }
  const T* log_probs(int64_t t) const { return log_probs_ + t * step_; }
  int64_t step() const { return step_; }

  /// Log-probabilities of the states' labels at time t.
  const T* emitted(int64_t t) const {
    const T* row = log_probs(t);
    for (int64_t s = 0; s < states_; ++s) emitted_[s] = row[label_[s]];
    return emitted_;
  }

  void first_alphas(T* alpha) const {
    const T* emit = emitted(0);
    for (int64_t s = 0; s < states_; ++s) alpha[s] = s < 2 ? emit[s] : kMinusInfinity<T>;
  }
  /// `before` has two entries of -inf in front.
  void next_alphas(T* alpha, const T* before, int64_t t) const {
    const T* emit = emitted(t);
    const T* skip = skip_in_.get();
#pragma GCC ivdep
    for (int64_t s = 0; s < states_; ++s)
      alpha[s] = add_logs(before[s], before[s - 1], before[s - 2] + skip[s]) + emit[s];
  }
  void last_betas(T* beta) const {
    const T* emit = emitted(length_ - 1);
    for (int64_t s = 0; s < states_; ++s) beta[s] = s >= states_ - 2 ? emit[s] : kMinusInfinity<T>;
  }
  /// `after` has two entries of -inf behind.
  void previous_betas(T* beta, const T* after, int64_t t) const {
    const T* emit = emitted(t);
    const T* skip = skip_out_;
#pragma GCC ivdep
    for (int64_t s = 0; s < states_; ++s) beta[s] = add_logs(after[s], after[s + 1], after[s + 2] + skip[s]) + emit[s];
  }

 private:
  bool may_skip(int64_t s) const { return s < states_ && s > 1 && s % 2 && label_[s] != label_[s - 2]; }

  int64_t classes_, step_, states_, length_;
  const T* log_probs_;
  std::unique_ptr<int64_t[]> label_;
  std::unique_ptr<T[]> skip_in_;
  T *skip_out_, *emitted_;
};

/// Two rows of states with -inf around them.
template <class T>
class Rows {
 public:
  explicit Rows(int64_t states) : width_(states + 4), data_(new T[2 * width_]) {
    for (int64_t i = 0; i < 2 * width_; ++i) data_[i] = kMinusInfinity<T>;
  }
  T* row(int64_t i) { return data_.get() + i % 2 * width_ + 2; }

 private:
  int64_t width_;
  std::unique_ptr<T[]> data_;
};

template <class T>
void ctc_loss_as(const TensorBase& losses, const TensorBase& alphas, const CtcBatch& batch) {
  const int64_t steps = alphas.sizes()[1], width = alphas.sizes()[2];
  auto* loss = reinterpret_cast<T*>(losses.raw_data());
  parallel_for(0, losses.numel(), 1, [&](int64_t first, int64_t last) {
    for (int64_t n = first; n < last; ++n) {
      const Sample<T> sample(batch, n);
      const int64_t states = sample.states();
      if (sample.length() == 0) {
        loss[n] = states == 1 ? T(0) : -kMinusInfinity<T>;
        continue;
      }
      T* alpha = reinterpret_cast<T*>(alphas.raw_data()) + n * steps * width;
      Rows<T> rows(states);
      sample.first_alphas(rows.row(0));
      std::memcpy(alpha, rows.row(0), states * sizeof(T));
      for (int64_t t = 1; t < sample.length(); ++t) {
        sample.next_alphas(rows.row(t), rows.row(t - 1), t);
        std::memcpy(alpha + t * width, rows.row(t), states * sizeof(T));
      }
      const T* end = rows.row(sample.length() - 1) + states - 1;
      loss[n] = -add_logs(end[0], states > 1 ? end[-1] : kMinusInfinity<T>, kMinusInfinity<T>);
    }
  });
}

/// The derivative for the input of the log_softmax that made log_probs: exp(log_probs) minus the share of the paths through each
/// class. Through log_softmax it is the same as the loss's own derivative.
template <class T>
void ctc_loss_backward_as(const TensorBase& grad_log_probs, const TensorBase& grad, const TensorBase& losses,
                          const TensorBase& alphas, const CtcBatch& batch, bool zero_infinity) {
  const int64_t steps = alphas.sizes()[1], width = alphas.sizes()[2], classes = grad_log_probs.sizes()[2];
  const auto* grads = reinterpret_cast<const T*>(grad.raw_data());
  const auto* loss = reinterpret_cast<const T*>(losses.raw_data());
  parallel_for(0, losses.numel(), 1, [&](int64_t first, int64_t last) {
    for (int64_t n = first; n < last; ++n) {
      const Sample<T> sample(batch, n);
      const int64_t states = sample.states();
      T* out = reinterpret_cast<T*>(grad_log_probs.raw_data()) + n * classes;
      const auto clear = [&](int64_t from, T value) {
        for (int64_t t = from; t < steps; ++t)
          for (int64_t c = 0; c < classes; ++c) out[t * sample.step() + c] = value;
      };
      clear(sample.length(), T(0));
      if (sample.length() == 0) continue;
      if (zero_infinity && loss[n] == -kMinusInfinity<T>) {
        clear(0, T(0));
        continue;
      }
      const T* alpha = reinterpret_cast<const T*>(alphas.raw_data()) + n * steps * width;
      Rows<T> rows(states);
      std::unique_ptr<T[]> share(new T[states]);
      for (int64_t t = sample.length() - 1; t >= 0; --t) {
        T* beta = rows.row(t);
        if (t == sample.length() - 1)
          sample.last_betas(beta);
        else
          sample.previous_betas(beta, rows.row(t + 1), t);
        const T* emit = sample.emitted(t);
        const T* forward = alpha + t * width;
        T* part = share.get();
        const T total = loss[n];
        // Both variables count the emission at t, so one is taken off again; -inf stays what it is.
#pragma GCC ivdep
        for (int64_t s = 0; s < states; ++s) {
          const T both = forward[s] + beta[s];
          part[s] = both == kMinusInfinity<T> ? T(0) : math::exp(both - emit[s] + total);
        }
        T* row = out + t * sample.step();
        exp_run(row, sample.log_probs(t), classes);
        for (int64_t s = 0; s < states; ++s) row[sample.label(s)] -= part[s];
        const T factor = grads[n];
        for (int64_t c = 0; c < classes; ++c) row[c] *= factor;
      }
    }
  });
}

void ctc_loss(const TensorBase& losses, const TensorBase& alphas, const CtcBatch& batch) {
  if (losses.dtype() == kFloat64) return ctc_loss_as<double>(losses, alphas, batch);
  ctc_loss_as<float>(losses, alphas, batch);
}

void ctc_loss_backward(const TensorBase& grad_log_probs, const TensorBase& grad, const TensorBase& losses,
                       const TensorBase& alphas, const CtcBatch& batch, bool zero_infinity) {
  if (losses.dtype() == kFloat64)
    return ctc_loss_backward_as<double>(grad_log_probs, grad, losses, alphas, batch, zero_infinity);
  ctc_loss_backward_as<float>(grad_log_probs, grad, losses, alphas, batch, zero_infinity);
}

}  // namespace

void register_ctc() {
  kernels::ctc_loss[kCPU] = ctc_loss;
  kernels::ctc_loss_backward[kCPU] = ctc_loss_backward;
}

}  // namespace ember::EMBER_ISA
