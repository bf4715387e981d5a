// Every op.
#pragma once

#include "ops/activation.h"
#include "ops/attention.h"
#include "ops/convolution.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/format.h"
#include "ops/indexing.h"
#include "ops/linalg.h"
#include "ops/loss.h"
#include "ops/normalization.h"
#include "ops/pointwise.h"
#include "ops/pooling.h"
#include "ops/random.h"
#include "ops/recurrent.h"
#include "ops/reduction.h"
#include "ops/shape.h"
