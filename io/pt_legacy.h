// The files that torch.save wrote before 1.6: five pickles, then the storages' bytes.
#pragma once

#include "ember/io/pt_file.h"

namespace ember::io {

Value load_pt_legacy(const InputFile& file, const PtOptions& options);

}  // namespace ember::io
