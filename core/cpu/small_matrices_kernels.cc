// Eigen's templates would have one name for every instruction set, of which the linker keeps one: so its namespace carries the set's name.
#define EMBER_JOINED(a, b) a##b
#define EMBER_EIGEN(isa) EMBER_JOINED(Eigen_, isa)
#define Eigen EMBER_EIGEN(EMBER_ISA)
#define EIGEN_NO_DEBUG
#include <Eigen/Eigenvalues>

#include "core/cpu/families.h"
#include "core/cpu/small_matrices.h"

namespace ember::EMBER_ISA {

namespace {

template <class T>
bool small_eigh(T* a, T* values, int n, bool upper, bool vectors) {
  constexpr int kMost = cpu::kMostRowsOfSmallEigh;
  using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor, kMost, kMost>;  // on the stack
  Eigen::Map<Matrix> matrix(a, n, n);
  if (upper) matrix.transposeInPlace();
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(matrix,
                                                     vectors ? Eigen::ComputeEigenvectors : Eigen::EigenvaluesOnly);
  if (solver.info() != Eigen::Success) return false;
  Eigen::Map<Eigen::Matrix<T, Eigen::Dynamic, 1>>(values, n) = solver.eigenvalues();
  if (vectors) matrix = solver.eigenvectors();
  return true;
}

}  // namespace

void register_small_matrices() {
  cpu::small_eigh<float> = small_eigh<float>;
  cpu::small_eigh<double> = small_eigh<double>;
}

}  // namespace ember::EMBER_ISA
