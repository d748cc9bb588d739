// A model's config.json in the form that Hugging Face uses for its family: gpt2; llama, mistral and qwen2.
//
//   gpt2     n_embd C   n_layer L   n_head NH   n_positions   n_inner F (4C when absent)   vocab_size V   layer_norm_epsilon   activation_function
//            tie_word_embeddings   llmsys { biases position normalization block feedforward kv_heads head_dim rope_theta rope_pairing rope_scaling }
//   llama    hidden_size C   num_hidden_layers L   num_attention_heads NH   num_key_value_heads NKV   intermediate_size F   head_dim HS
//            vocab_size V   max_position_embeddings   rms_norm_eps   hidden_act   tie_word_embeddings   attention_bias   mlp_bias
//            rope_theta   rope_scaling, or both in rope_parameters   sliding_window   llmsys { rope_pairing }
//
// Unknown fields are passed over. A known one of a wrong type or out of range, and an option that changes the mathematics in a way that is not
// computed here, is an error.
#pragma once

#include <string_view>

#include "engine/files/model_config.h"

namespace llmsys {

// Throws Error LLS_FILE, LLS_UNSUPPORTED. name: of the document, for messages.
ModelConfig configFromJson(std::string_view json, const std::string& name);

}  // namespace llmsys
