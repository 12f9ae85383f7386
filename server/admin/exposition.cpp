#include "server/admin/exposition.hpp"

#include <limits>
#include <prometheus/text_serializer.h>
#include <utility>

namespace spfblock::server {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

void write(std::ostream& to, MetricFamily family) {
  prometheus::TextSerializer{}.Serialize(to, {std::move(family)});
}

std::vector<ClientMetric::Label> labels_of(exposition::labels from) {
  std::vector<ClientMetric::Label> labels;
  labels.reserve(from.size());
  for (auto& each : from)
    labels.push_back({std::string{each.name}, std::move(each.value)});
  return labels;
}

std::vector<ClientMetric> metrics_of(std::vector<exposition::sample> samples,
                                     MetricType type) {
  std::vector<ClientMetric> metrics(samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    metrics[i].label = labels_of(std::move(samples[i].by));
    if (type == MetricType::Counter)
      metrics[i].counter.value = samples[i].value;
    else
      metrics[i].gauge.value = samples[i].value;
  }
  return metrics;
}

} // namespace

void exposition::counter(const char* name, const char* help,
                         std::vector<sample> samples) {
  write(text_, {name, help, MetricType::Counter,
                metrics_of(std::move(samples), MetricType::Counter)});
}

void exposition::gauge(const char* name, const char* help,
                       std::vector<sample> samples) {
  write(text_, {name, help, MetricType::Gauge,
                metrics_of(std::move(samples), MetricType::Gauge)});
}

void exposition::counter(const char* name, const char* help, double value) {
  counter(name, help, {{{}, value}});
}

void exposition::gauge(const char* name, const char* help, double value) {
  gauge(name, help, {{{}, value}});
}

void exposition::histogram(const char* name, const char* help,
                           const spfblock::histogram& of) {
  ClientMetric metric;
  std::uint64_t so_far = 0;
  for (std::size_t i = 0; i < of.counts().size(); ++i) {
    so_far += of.counts()[i];
    const double bound = i < of.bounds().size()
                             ? of.bounds()[i]
                             : std::numeric_limits<double>::infinity();
    metric.histogram.bucket.push_back({so_far, bound});
  }
  metric.histogram.sample_count = of.count();
  metric.histogram.sample_sum = of.sum();
  write(text_, {name, help, MetricType::Histogram, {std::move(metric)}});
}

} // namespace spfblock::server
