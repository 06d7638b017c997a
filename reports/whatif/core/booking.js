// Payouts as they are booked: the one rounding rule (docs/money.md; optimizer/response/booking.py).

/** Gross, charges and loaded of every team, each rounded once: the team is the payee. */
function bookedPayouts(company, pay) {
  const { cents } = company.constants;
  return pay.map((paid, i) => {
    const gross = halfUp(paid, cents);
    const charges = halfUp(gross * company.teams[i].charges, cents);
    return { gross, charges, loaded: halfUp(gross + charges, cents) };
  });
}
