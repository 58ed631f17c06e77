'use strict';
// A message centre (SMSC) for tests. Orders come as lines of JSON on standard
// input, and what happens is told as lines of JSON on standard output.
//
//   node smsc.js PORT FIRST-ID      0 takes any free port
//
// Orders:
//   {"do":"plan", "answer":…, "status":88, "delay":200, "skip":0, "times":3, "receipt":…, "receiptDelay":0, "stat":"DELIVRD"}
//       answer:  ok; late (after delay ms); twice; never; status (refuse); cut (take it, then cut the line); drop (cut it before)
//       skip:    so many messages are answered with ok first
//       times:   after so many more, answer with ok again; 0 is always
//       receipt: none; after; before (the answer); twice
//   {"do":"nothing"}, {"do":"cut"}, {"do":"unbind"}, {"do":"deaf"} (answer no enquire_link either), {"do":"bind","status":14}
//   {"do":"say", "from":…, "to":…, "text":…, "coding":8, "udh":[…]}      a message from a phone
//   {"do":"receipt", "id":…, "stat":…, "tlv":true}          a receipt out of turn
const smpp = require('smpp');

const sessions = new Set();
let plan = { answer: 'ok', skip: 0, times: 0, receipt: 'none' };
let bindStatus = 0;
let deaf = false;
let nextID = Number(process.argv[3]);

function tell(event) { process.stdout.write(JSON.stringify(event) + '\n'); }

function receiptText(id, stat) {
  return `id:${id} sub:001 dlvrd:${stat === 'DELIVRD' ? '001' : '000'} submit date:2204280900 done date:2204280901 ` +
    `stat:${stat} err:${stat === 'DELIVRD' ? '000' : '01b'} text:Your code`;
}

function deliver(session, fields) {
  session.deliver_sm(fields, (pdu) => tell({ event: 'deliver_sm_resp', status: pdu.command_status }));
}

function sendReceipt(session, id, stat, pdu, tlv) {
  const fields = {
    esm_class: 4, source_addr: pdu ? pdu.destination_addr : '', destination_addr: pdu ? pdu.source_addr : '',
    short_message: receiptText(id, stat),
  };
  if (tlv) {
    fields.short_message = '';
    fields.receipted_message_id = id;
    fields.message_state = stat === 'DELIVRD' ? 2 : 5;
  }
  deliver(session, fields);
}

function current() {
  if (plan.skip > 0) {
    plan.skip--;
    return { ...plan, answer: 'ok' };
  }
  const now = plan;
  if (now.times > 0 && --now.times === 0) plan = { ...now, answer: 'ok' };
  return now;
}

function submit(session, pdu) {
  if (!sessions.has(session)) return; // what was read before the line was cut
  const now = current();
  if (now.answer === 'cut' || now.answer === 'drop') sessions.delete(session);
  if (now.answer === 'drop') return session.destroy();
  if (now.answer === 'status') {
    tell({ event: 'refused', to: pdu.destination_addr });
    return session.send(pdu.response({ command_status: now.status }));
  }
  const id = (nextID++).toString(16);
  const message = pdu.short_message;
  tell({
    event: 'taken', id, from: pdu.source_addr, to: pdu.destination_addr, ton: pdu.dest_addr_ton, npi: pdu.dest_addr_npi,
    text: message.message, udh: message.udh, coding: pdu.data_coding, validity: pdu.validity_period, registered: pdu.registered_delivery,
  });
  if (now.answer === 'cut') return session.destroy();
  const answer = () => session.send(pdu.response({ message_id: id }));
  const receipt = () => setTimeout(() => sendReceipt(session, id, now.stat, pdu, false), now.receiptDelay || 0);
  if (now.receipt === 'before') sendReceipt(session, id, now.stat, pdu, false);
  if (now.answer === 'late') setTimeout(answer, now.delay);
  else if (now.answer !== 'never') answer();
  if (now.answer === 'twice') answer();
  if (now.receipt === 'after' || now.receipt === 'twice') receipt();
  if (now.receipt === 'twice') receipt();
}

const server = smpp.createServer((session) => {
  session.on('error', () => session.destroy());
  session.on('close', () => { sessions.delete(session); tell({ event: 'closed' }); });
  for (const command of ['bind_transceiver', 'bind_transmitter', 'bind_receiver']) {
    session.on(command, (pdu) => {
      tell({ event: 'bind', as: command, system_id: pdu.system_id, password: pdu.password, status: bindStatus });
      session.send(pdu.response({ command_status: bindStatus, system_id: 'smsc' }));
      if (bindStatus === 0) sessions.add(session);
    });
  }
  session.on('submit_sm', (pdu) => submit(session, pdu));
  session.on('enquire_link', (pdu) => { if (!deaf) session.send(pdu.response()); });
  session.on('unbind', (pdu) => { tell({ event: 'unbind' }); session.send(pdu.response()); session.close(); });
});

const orders = {
  plan: (o) => { plan = { skip: 0, times: 0, receipt: 'none', stat: 'DELIVRD', ...o }; },
  bind: (o) => { bindStatus = o.status; },
  deaf: () => { deaf = true; },
  nothing: () => {},
  cut: () => { for (const s of sessions) s.destroy(); },
  unbind: () => { for (const s of sessions) s.unbind({}, () => { tell({ event: 'unbind_resp' }); s.close(); }); },
  say: (o) => {
    const text = o.udh ? { udh: Buffer.from(o.udh), message: o.text } : o.text;
    const fields = { source_addr_ton: 1, source_addr_npi: 1, source_addr: o.from, destination_addr: o.to, data_coding: o.coding, short_message: text };
    for (const s of sessions) deliver(s, fields);
  },
  receipt: (o) => { for (const s of sessions) sendReceipt(s, o.id, o.stat, null, o.tlv); },
};

require('readline').createInterface({ input: process.stdin })
  .on('line', (line) => { const o = JSON.parse(line); orders[o.do](o); tell({ event: 'done' }); })
  .on('close', () => process.exit(0));
server.listen(Number(process.argv[2]), '127.0.0.1', () => tell({ event: 'listening', port: server.address().port }));
