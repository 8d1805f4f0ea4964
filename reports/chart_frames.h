/* The compositor's frames of one scroll as inline SVG: a bar a frame along the time of the scroll,
 * as high as the frame took, coloured by how it ended. */
#ifndef REPORTS_CHART_FRAMES_H
#define REPORTS_CHART_FRAMES_H

#include <stddef.h>

#include "base/strbuf.h"
#include "reports/model.h"

/* `end_ms`: the longest scroll that is drawn beside this one, so that all share one axis. */
void chart_frames_add_svg(struct strbuf *out, const struct report_strip *strip, double end_ms,
                          const char *id, const char *title);

/* From the first frame's begin to the last one's end. */
double chart_frames_length_ms(const struct report_strip *strip);

#endif
