// Payouts as they are booked: the one rounding rule (docs/money.md; optimizer/response/booking.py).

/** Rounded to decimals, halves away from zero; what lies so near to a half is one, but for noise. */
function halfUp(value, decimals) {
  const scale = 10 ** decimals;
  const units = Math.abs(value) * scale;
  return (Math.sign(value) * Math.floor(units + 0.5 + 1e-6 + 4 * Number.EPSILON * units)) / scale + 0;
}

/** Gross, charges and loaded of every team, each rounded once: the team is the payee. */
function bookedPayouts(company, pay) {
  const { cents } = company.constants;
  return pay.map((paid, i) => {
    const gross = halfUp(paid, cents);
    const charges = halfUp(gross * company.teams[i].charges, cents);
    return { gross, charges, loaded: halfUp(gross + charges, cents) };
  });
}
