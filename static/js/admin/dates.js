/* A date that the calendar cannot read stays as typed, and the form says so when it is sent. The calendar would put the
   present date and time in its place: a sale would begin, or a license end, at once. */
jQuery.fn.datetimepicker.defaults.validateOnBlur = false;
