-- prosody 0.12: after a XEP-0198 resume session.data still feeds the parser of the old connection
-- (a closure over "stream" in mod_c2s); a cut in the middle of a stanza then breaks the resumed stream.
module:hook("smacks-hibernation-end", function (event)
  if event.resumed and event.origin and event.origin.data then
    event.resumed.data = event.origin.data;
  end
end, 100);
