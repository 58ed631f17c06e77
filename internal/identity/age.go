package identity

// The ages on which rules turn, in full years.
const (
	adultAge         = 18 // Civil Code, article 17
	assistedElderAge = 60 // inclusive
	assistedYoungAge = 16 // inclusive: until the 17th birthday
	facelessAge      = 16 // inclusive
)

// Age returns a person's age in full years on a day.
//
// A year is completed on the birthday. Who was born on 29 February completes it
// on 1 March in a common year: by article 202 of the Civil Code a term of years
// without a corresponding day ends with the last day of the month, so 28
// February still belongs to the year before. Before birth the age is negative.
func Age(birth, on Date) int {
	years := on.Year - birth.Year
	if on.Month < birth.Month || on.Month == birth.Month && on.Day < birth.Day {
		years--
	}
	return years
}

// Birthday returns the day on which a person becomes age years old.
func Birthday(birth Date, age int) Date {
	d := Date{birth.Year + age, birth.Month, birth.Day}
	if !d.Valid() { // 29 February in a common year
		return Date{d.Year, 3, 1}
	}
	return d
}

// Minor reports whether a person is under 18 on a day.
// Who was born on an unknown day isn't taken for a minor.
func Minor(birth, on Date) bool {
	return !birth.IsZero() && Age(birth, on) < adultAge
}

// AssistedQueryAge reports whether a person's status may be asked for by the
// assisted query on a day: aged 60 or over, or 16 or under, both included.
func AssistedQueryAge(birth, on Date) bool {
	if birth.IsZero() || on.Before(birth) {
		return false
	}
	age := Age(birth, on)
	return age >= assistedElderAge || age <= assistedYoungAge
}

// NoFaceCheckAge reports whether a person is so young (16 or under, included)
// that no face recognition may be asked of them on a day.
func NoFaceCheckAge(birth, on Date) bool {
	return !birth.IsZero() && Age(birth, on) <= facelessAge
}
