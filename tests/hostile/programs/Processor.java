// An annotation processor among the sources is not run by the compiler, and the class is no help.
// expect: run exited 0
// options: entry=Processor pids=128 memory_mib=256 cpu_ms=10000 wall_ms=20000
// stdout: not processed
import java.util.Set;
import javax.annotation.processing.*;
import javax.lang.model.element.TypeElement;

@SupportedAnnotationTypes("*")
public class Processor extends AbstractProcessor {
	@Override
	public boolean process(Set<? extends TypeElement> a, RoundEnvironment r) {
		throw new Error("code at compile time");
	}

	@Deprecated
	public static void main(String[] args) {
		System.out.print("not processed");
	}
}
